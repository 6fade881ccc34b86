package dev.wherry.model.volume;

import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.LinkedHashMap;
import java.util.Map;

/** How a volume says whose it is. */
public final class ClaimReference {
  private static final String YES = "yes";

  private ClaimReference() {}

  /** The volume with the claim's reference; the same object when it has it. */
  public static PersistentVolume put(PersistentVolume volume, PersistentVolumeClaim claim) {
    ObjectReference ref = volume.spec().claimRef();
    boolean kept = VolumeFacts.isBoundTo(volume, claim);
    if (kept && ref != null && ref.uid().equals(claim.metadata().uid())) {
      return volume;
    }
    PersistentVolume.Builder bound =
        volume.toBuilder().spec(volume.spec().toBuilder().claimRef(to(claim)).build());
    return kept ? bound.build() : bound.metadata(chosen(volume.metadata())).build();
  }

  /** The reference of a claim. */
  public static ObjectReference to(PersistentVolumeClaim claim) {
    ObjectMeta meta = claim.metadata();
    return ObjectReference.builder()
        .apiVersion("v1")
        .kind("PersistentVolumeClaim")
        .namespace(meta.namespace())
        .name(meta.name())
        .uid(meta.uid())
        .resourceVersion(meta.resourceVersion())
        .build();
  }

  private static ObjectMeta chosen(ObjectMeta meta) {
    Map<String, String> notes = new LinkedHashMap<>(meta.annotations());
    notes.put(VolumeAnnotations.BOUND_BY_CONTROLLER, YES);
    return meta.toBuilder().annotations(notes).build();
  }
}
