package dev.wherry.kubelet.csi;

import dev.wherry.model.core.v1.CSIPersistentVolumeSource;
import dev.wherry.model.core.v1.CSIVolumeSource;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.SecretReference;
import dev.wherry.model.core.v1.Volume;
import dev.wherry.model.volume.VolumeDigest;
import dev.wherry.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A volume of a driver as a pod wants it.
 *
 * @param name of the PersistentVolume, or of the pod's volume when it lives with the pod
 * @param handle the driver's own name for it
 * @param modes its access modes, as Kubernetes names them; the first counts
 * @param claim the claim that may have to be told of a new size
 */
record CsiSource(
    String driver,
    String name,
    String handle,
    String fsType,
    boolean readOnly,
    boolean block,
    List<String> modes,
    List<String> mountOptions,
    Map<String, String> attributes,
    Optional<SecretReference> stageSecret,
    Optional<SecretReference> publishSecret,
    Optional<SecretReference> expandSecret,
    Optional<Bound> claim) {

  /** A claim and what it is bound to. */
  record Bound(PersistentVolumeClaim claim, PersistentVolume volume) {}

  /** A volume that was made before the pod. */
  static CsiSource persistent(
      CSIPersistentVolumeSource source,
      PersistentVolume volume,
      PersistentVolumeClaim claim,
      boolean readOnly) {
    return new CsiSource(
        source.driver(),
        volume.metadata().name(),
        source.volumeHandle(),
        source.fsType(),
        readOnly || Boolean.TRUE.equals(source.readOnly()),
        volume.spec().volumeMode().equals("Block"),
        volume.spec().accessModes(),
        volume.spec().mountOptions(),
        source.volumeAttributes(),
        Optional.ofNullable(source.nodeStageSecretRef()),
        Optional.ofNullable(source.nodePublishSecretRef()),
        Optional.ofNullable(source.nodeExpandSecretRef()),
        Optional.of(new Bound(claim, volume)));
  }

  /** A volume that comes and goes with the pod. */
  static CsiSource inline(String namespace, String podUid, Volume volume, CSIVolumeSource source) {
    var secret = source.nodePublishSecretRef();
    return new CsiSource(
        source.driver(),
        volume.name(),
        "csi-" + VolumeDigest.hex(podUid + volume.name()),
        source.fsType(),
        Boolean.TRUE.equals(source.readOnly()),
        false,
        List.of("ReadWriteOnce"),
        List.of(),
        source.volumeAttributes(),
        Optional.empty(),
        Optional.ofNullable(secret)
            .map(ref -> SecretReference.builder().namespace(namespace).name(ref.name()).build()),
        Optional.empty(),
        Optional.empty());
  }

  /** Whether it lives with the pod. */
  boolean ephemeral() {
    return claim.isEmpty();
  }

  /** Rule: upstream's asCSIAccessModeV1 and asSingleNodeMultiWriterCapableCSIAccessModeV1. */
  Mode mode(boolean singleNodeMultiWriter) {
    return switch (modes.isEmpty() ? "ReadWriteOnce" : modes.getFirst()) {
      case "ReadOnlyMany" -> Mode.MULTI_NODE_READER_ONLY;
      case "ReadWriteMany" -> Mode.MULTI_NODE_MULTI_WRITER;
      case "ReadWriteOncePod" ->
          singleNodeMultiWriter ? Mode.SINGLE_NODE_SINGLE_WRITER : Mode.SINGLE_NODE_WRITER;
      default -> singleNodeMultiWriter ? Mode.SINGLE_NODE_MULTI_WRITER : Mode.SINGLE_NODE_WRITER;
    };
  }

  /**
   * Whether the kubelet gives the volume to the pod's group (rule: CSIDriver's fsGroupPolicy).
   *
   * @param policy as the CSIDriver has it; null where there is none
   */
  boolean takesGroup(@Nullable String policy) {
    return switch (policy == null ? "" : policy) {
      case "None" -> false;
      case "File" -> true;
      default -> !ephemeral() && !fsType.isEmpty() && modes.contains("ReadWriteOnce");
    };
  }
}
