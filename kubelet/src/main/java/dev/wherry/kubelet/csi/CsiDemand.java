package dev.wherry.kubelet.csi;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.volume.VolumeException;
import dev.wherry.model.core.v1.PodSecurityContext;
import dev.wherry.model.storage.v1.CSIDriver;
import dev.wherry.proto.csi.v1.NodeServiceCapability.RPC;
import dev.wherry.proto.csi.v1.VolumeCapability;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a driver is asked for when a pod wants a volume, and what it need not be asked.
 *
 * @param object what the cluster says of the driver
 */
record CsiDemand(PodView pod, CsiSource source, CsiDriver driver, Optional<CSIDriver> object) {
  /** Only drivers whose object says so have volumes that live with a pod. */
  void refuseMode() throws VolumeException {
    if (source.ephemeral()
        && object.map(o -> !o.spec().volumeLifecycleModes().contains("Ephemeral")).orElse(true)) {
      throw new VolumeException(
          "volume mode \"Ephemeral\" not supported by driver %s (%s)"
              .formatted(
                  source.driver(),
                  object
                      .map(o -> "only supports " + o.spec().volumeLifecycleModes())
                      .orElse("no CSIDriver object")));
    }
  }

  /** Whether the volume is staged for the node before it is published to the pod. */
  boolean staged() {
    return driver.can(RPC.Type.STAGE_UNSTAGE_VOLUME) && !source.ephemeral();
  }

  /** Whether the driver's controller must have attached it; so it is for an unknown driver. */
  boolean attached() {
    return !source.ephemeral()
        && object.map(o -> !Boolean.FALSE.equals(o.spec().attachRequired())).orElse(true);
  }

  /** Whether the kubelet gives it to the pod's group. */
  boolean group() {
    return !source.block()
        && !source.readOnly()
        && !driver.can(RPC.Type.VOLUME_MOUNT_GROUP)
        && source.takesGroup(object.map(o -> o.spec().fsGroupPolicy()).orElse(null));
  }

  /** Whether the driver wants to be told of the volume again and again, with fresh tokens. */
  boolean republished() {
    return object.map(o -> Boolean.TRUE.equals(o.spec().requiresRepublish())).orElse(false);
  }

  VolumeCapability capability() {
    VolumeCapability.Builder out =
        VolumeCapability.newBuilder()
            .setAccessMode(
                VolumeCapability.AccessMode.newBuilder()
                    .setMode(source.mode(driver.can(RPC.Type.SINGLE_NODE_MULTI_WRITER))));
    if (source.block()) {
      return out.setBlock(VolumeCapability.BlockVolume.getDefaultInstance()).build();
    }
    VolumeCapability.MountVolume.Builder mount =
        VolumeCapability.MountVolume.newBuilder()
            .setFsType(source.fsType())
            .addAllMountFlags(source.mountOptions());
    Long group = fsGroup();
    if (group != null && driver.can(RPC.Type.VOLUME_MOUNT_GROUP)) {
      mount.setVolumeMountGroup(group.toString());
    }
    return out.setMount(mount).build();
  }

  private @Nullable Long fsGroup() {
    PodSecurityContext security = pod.spec().securityContext();
    return security == null ? null : security.fsGroup();
  }

  /** The volume's attributes, and of the pod what the driver's object asks for. */
  Map<String, String> context(CsiApi api) {
    Map<String, String> all = new TreeMap<>(source.attributes());
    if (object.isEmpty()) {
      return all;
    }
    var spec = object.get().spec();
    if (Boolean.TRUE.equals(spec.podInfoOnMount())) {
      String account = pod.spec().serviceAccountName();
      all.put("csi.storage.k8s.io/pod.name", pod.name());
      all.put("csi.storage.k8s.io/pod.namespace", pod.namespace());
      all.put("csi.storage.k8s.io/pod.uid", pod.uid());
      all.put("csi.storage.k8s.io/serviceAccount.name", account.isEmpty() ? "default" : account);
      all.put("csi.storage.k8s.io/ephemeral", String.valueOf(source.ephemeral()));
    }
    if (!spec.tokenRequests().isEmpty()) {
      all.put(
          "csi.storage.k8s.io/serviceAccount.tokens", api.tokens(pod.pod(), spec.tokenRequests()));
    }
    return all;
  }
}
