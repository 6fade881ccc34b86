package dev.wherry.controllers.volume;

import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.PersistentVolumeClaimStatus;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.volume.VolumeAnnotations;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Volumes and claims as they are once bound, unbound or in a phase. Pure. */
final class Binding {
  private static final String YES = "yes";

  private Binding() {}

  /** The claim with the volume's name and the mark that binding is complete. */
  static PersistentVolumeClaim claim(PersistentVolumeClaim claim, PersistentVolume volume) {
    String name = volume.metadata().name();
    ObjectMeta meta = with(claim.metadata(), VolumeAnnotations.BIND_COMPLETED, YES);
    if (!claim.spec().volumeName().equals(name)) {
      meta = with(meta, VolumeAnnotations.BOUND_BY_CONTROLLER, YES);
    }
    return claim.toBuilder()
        .metadata(meta)
        .spec(claim.spec().toBuilder().volumeName(name).build())
        .build();
  }

  /** The volume free again; one that a user kept for the claim stays kept. */
  static PersistentVolume unbound(PersistentVolume volume) {
    Map<String, String> notes = new LinkedHashMap<>(volume.metadata().annotations());
    ObjectReference ref = volume.spec().claimRef();
    boolean byController = notes.remove(VolumeAnnotations.BOUND_BY_CONTROLLER) != null;
    ObjectReference left =
        byController || ref == null ? null : ref.toBuilder().uid("").resourceVersion("").build();
    return volume.toBuilder()
        .metadata(volume.metadata().toBuilder().annotations(notes).build())
        .spec(volume.spec().toBuilder().claimRef(left).build())
        .build();
  }

  static PersistentVolume phase(
      PersistentVolume volume, String phase, String message, Instant now) {
    return volume.toBuilder()
        .status(
            volume.status().toBuilder()
                .phase(phase)
                .message(message)
                .lastPhaseTransitionTime(now)
                .build())
        .build();
  }

  /**
   * The claim in a phase. Its capacity is the volume's from when it was bound: later it follows
   * what was really resized.
   */
  static PersistentVolumeClaim phase(
      PersistentVolumeClaim claim, String phase, Optional<PersistentVolume> volume) {
    PersistentVolumeClaimStatus before = claim.status();
    PersistentVolumeClaimStatus.Builder status = before.toBuilder().phase(phase);
    if (volume.isEmpty()) {
      status.accessModes(List.of()).capacity(Map.of());
    } else {
      status.accessModes(volume.get().spec().accessModes());
      if (before.capacity().isEmpty() || !before.phase().equals(phase)) {
        status.capacity(volume.get().spec().capacity());
      }
    }
    return claim.toBuilder().status(status.build()).build();
  }

  static boolean has(KubeObject object, String annotation) {
    return object.metadata().annotations().containsKey(annotation);
  }

  static ObjectMeta with(ObjectMeta meta, String annotation, String value) {
    Map<String, String> notes = new LinkedHashMap<>(meta.annotations());
    notes.put(annotation, value);
    return meta.toBuilder().annotations(notes).build();
  }
}
