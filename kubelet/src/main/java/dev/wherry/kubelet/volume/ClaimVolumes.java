package dev.wherry.kubelet.volume;

import dev.wherry.kubelet.csi.CsiVolumes;
import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.CSIPersistentVolumeSource;
import dev.wherry.model.core.v1.NFSVolumeSource;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Volume;
import dev.wherry.model.volume.PodClaim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Volumes of a pod that are claims: which directory or device of this node they are. What was found
 * once holds for the pod's life. Owned by the pod's worker.
 */
final class ClaimVolumes {
  /** Where a pod's use of a claim is noted on disk: that it was set up outlives the kubelet. */
  static final String FOLDER = "local-volume";

  private static final String UNSUPPORTED = "this kind of volume is not supported by this kubelet";

  private static final int TYPE_BITS = 0170000;
  private static final int BLOCK_DEVICE = 0060000;

  private final PodDirs dirs;
  private final PodApi api;
  private final LocalPaths local;
  private final CsiVolumes csi;
  private final NfsVolumes nfs;
  private final Map<String, Path> found = new HashMap<>();

  /** Volumes of drivers, which may grow or want to be published again. */
  private final Set<String> driven = new HashSet<>();

  /** Who brings those that were looked up. */
  private final Map<String, String> plugins = new HashMap<>();

  ClaimVolumes(PodDirs dirs, PodApi api, CsiVolumes csi, NfsVolumes nfs) {
    this.dirs = dirs;
    this.api = api;
    this.csi = csi;
    this.nfs = nfs;
    this.local = new LocalPaths(dirs.localPaths());
  }

  /** Whether a driver has any of them. */
  boolean areDriven() {
    return !driven.isEmpty();
  }

  /** Who brings a volume of the pod, as far as is known by now. */
  String plugin(Volume volume) {
    return plugins.getOrDefault(volume.name(), VolumePlugins.of(volume));
  }

  /** The volume's place on the host. */
  Path prepare(PodView pod, Volume volume) throws VolumeException, IOException {
    PodClaim named =
        PodClaim.of(pod.meta(), volume).orElseThrow(() -> new VolumeException(UNSUPPORTED));
    Path known = found.get(volume.name());
    if (known != null && !driven.contains(volume.name())) {
      return known;
    }
    Path note = dirs.volume(pod.uid(), FOLDER, volume.name());
    boolean fresh = !Files.exists(note);
    PersistentVolumeClaim claim = claim(pod, named, fresh);
    PersistentVolume persistent = bound(pod, named, claim);
    CSIPersistentVolumeSource source = persistent.spec().csi();
    plugins.put(volume.name(), VolumePlugins.of(persistent));
    if (source != null) {
      driven.add(volume.name());
    }
    Path path =
        source == null
            ? local(pod, volume, persistent, fresh)
            : csi.persistent(pod, source, persistent, claim, isReadOnly(volume));
    Files.createDirectories(note);
    found.put(volume.name(), path);
    return path;
  }

  private Path local(PodView pod, Volume volume, PersistentVolume persistent, boolean fresh)
      throws VolumeException, IOException {
    NFSVolumeSource share = persistent.spec().nfs();
    if (share != null) {
      return nfs.prepare(
          pod.uid(),
          persistent.metadata().name(),
          NfsShare.of(share, isReadOnly(volume), persistent.spec().mountOptions()));
    }
    Path path = place(persistent);
    boolean block = persistent.spec().volumeMode().equals("Block");
    if (block && !isDevice(path)) {
      throw initialization(persistent, "path \"" + path + "\" is no block device");
    }
    if (fresh && !block && persistent.spec().local() != null && !isReadOnly(volume)) {
      GroupShare.give(pod, path);
    }
    return path;
  }

  /** Whether the pod wants nothing written to a claim of its. */
  static boolean isReadOnly(Volume volume) {
    var source = volume.persistentVolumeClaim();
    return source != null && Boolean.TRUE.equals(source.readOnly());
  }

  /** The claim; only a pod that has its volume already may go on with a deleted one. */
  private PersistentVolumeClaim claim(PodView pod, PodClaim named, boolean fresh)
      throws VolumeException {
    PersistentVolumeClaim claim =
        api.claim(pod.namespace(), named.claim())
            .orElseThrow(() ->
                unusable(
                    pod,
                    named,
                    "failed to fetch PVC from API server: persistentvolumeclaims \""
                        + named.claim()
                        + "\" not found"));
    if (named.ephemeral() && !PodClaim.isOwned(pod.uid(), claim)) {
      throw unusable(pod, named, PodClaim.notOwned(pod.namespace(), pod.name(), named.claim()));
    }
    if (fresh && claim.metadata().deletionTimestamp() != null) {
      throw unusable(pod, named, "PVC is being deleted");
    }
    return claim;
  }

  /** The volume that the claim has. */
  private PersistentVolume bound(PodView pod, PodClaim named, PersistentVolumeClaim claim)
      throws VolumeException {
    String name = claim.spec().volumeName();
    if (!claim.status().phase().equals("Bound") || name.isEmpty()) {
      throw unusable(pod, named, "PVC is not bound");
    }
    PersistentVolume volume =
        api.volume(name)
            .orElseThrow(() ->
                unusable(
                    pod,
                    named,
                    "failed to fetch PV "
                        + name
                        + " from API server: persistentvolumes \""
                        + name
                        + "\" not found"));
    ObjectReference ref = volume.spec().claimRef();
    if (ref == null || !ref.uid().equals(claim.metadata().uid())) {
      throw unusable(pod, named, "PV " + name + " spec.claimRef is not this PVC");
    }
    return volume;
  }

  private static VolumeException unusable(PodView pod, PodClaim named, String why) {
    return VolumeException.complete(
        "Unable to attach or mount volumes: unmounted volumes=["
            + named.volume()
            + "], unattached volumes=[], failed to process volumes=["
            + named.volume()
            + "]: error processing PVC "
            + pod.namespace()
            + "/"
            + named.claim()
            + ": "
            + why);
  }

  private Path place(PersistentVolume volume) throws VolumeException, IOException {
    if (volume.spec().hostPath() != null) {
      return HostPaths.prepare(volume.spec().hostPath());
    }
    if (volume.spec().local() == null) {
      throw initialization(volume, UNSUPPORTED);
    }
    Path path = Path.of(volume.spec().local().path());
    if (LocalPaths.isOurs(volume)) {
      local.provide(path);
    }
    if (!Files.exists(path)) {
      throw initialization(volume, "path \"" + path + "\" does not exist");
    }
    return path;
  }

  private static VolumeException initialization(PersistentVolume volume, String why) {
    return VolumeException.complete(
        "MountVolume.NewMounter initialization failed for volume \""
            + volume.metadata().name()
            + "\" : "
            + why);
  }

  private static boolean isDevice(Path path) throws IOException {
    return (((Integer) Files.getAttribute(path, "unix:mode")) & TYPE_BITS) == BLOCK_DEVICE;
  }
}
