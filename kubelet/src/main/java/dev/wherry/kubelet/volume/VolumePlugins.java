package dev.wherry.kubelet.volume;

import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.Volume;

/** Upstream's names of the plugins that bring volumes, for metrics. Pure. */
final class VolumePlugins {
  /** Upstream's word where it is not known: of a claim whose volume was not looked up. */
  static final String UNKNOWN = "N/A";

  static final String CSI = "csi";
  static final String HOST_PATH = "host-path";
  private static final String NFS = "nfs";
  private static final String PREFIX = "kubernetes.io/";

  private VolumePlugins() {}

  /**
   * @param kind such as {@code empty-dir}, as {@link PodDirs#volume} takes it
   */
  static String named(String kind) {
    return PREFIX + kind;
  }

  /** Of a driver's volumes. */
  static String driver(String name) {
    return named(CSI) + ":" + name;
  }

  /** By what the pod says alone; {@link #UNKNOWN} for claims. */
  static String of(Volume volume) {
    if (volume.csi() != null) {
      return driver(volume.csi().driver());
    }
    String kind = kind(volume);
    return kind.isEmpty() ? UNKNOWN : named(kind);
  }

  /** Of a claim's volume. */
  static String of(PersistentVolume volume) {
    var spec = volume.spec();
    if (spec.csi() != null) {
      return driver(spec.csi().driver());
    }
    if (spec.nfs() != null) {
      return named(NFS);
    }
    return named(spec.hostPath() == null ? ClaimVolumes.FOLDER : HOST_PATH);
  }

  /** The folder of such volumes below a pod's; empty for claims. */
  static String kind(Volume volume) {
    if (volume.emptyDir() != null) {
      return "empty-dir";
    }
    if (volume.hostPath() != null) {
      return HOST_PATH;
    }
    if (volume.configMap() != null) {
      return "configmap";
    }
    if (volume.secret() != null) {
      return "secret";
    }
    if (volume.downwardAPI() != null) {
      return "downward-api";
    }
    if (volume.projected() != null) {
      return "projected";
    }
    if (volume.nfs() != null) {
      return NFS;
    }
    return volume.csi() == null ? "" : CSI;
  }
}
