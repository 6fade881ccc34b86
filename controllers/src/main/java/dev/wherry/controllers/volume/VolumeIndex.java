package dev.wherry.controllers.volume;

import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.volume.ClaimFacts;
import dev.wherry.model.volume.VolumeFacts;
import java.util.List;

/** Volumes and claims by what leads from one to the other. */
final class VolumeIndex {
  /** Volumes by {@code namespace/name} of the claim they are bound to or kept for. */
  static final String BY_CLAIM = "by-claim";

  /** Volumes that no claim has, by class. */
  static final String FREE = "free";

  /** Claims by the volume they name. */
  static final String BY_VOLUME = "by-volume";

  /** Claims that look for a volume, by class; those that leave theirs open under {@link #OPEN}. */
  static final String LOOKING = "looking";

  static final String OPEN = "*";

  private VolumeIndex() {}

  static Informer<PersistentVolume> volumes(Informers informers) {
    return informers
        .of(PersistentVolume.KIND)
        .index(BY_CLAIM, volume -> key(volume.spec().claimRef()))
        .index(FREE, VolumeIndex::free);
  }

  static Informer<PersistentVolumeClaim> claims(Informers informers) {
    return informers
        .of(PersistentVolumeClaim.KIND)
        .index(BY_VOLUME, VolumeIndex::named)
        .index(LOOKING, VolumeIndex::looking);
  }

  private static List<String> key(@org.jspecify.annotations.Nullable ObjectReference ref) {
    return ref == null ? List.of() : List.of(new ObjectKey(ref.namespace(), ref.name()).toString());
  }

  private static List<String> free(PersistentVolume volume) {
    return volume.spec().claimRef() == null ? List.of(VolumeFacts.className(volume)) : List.of();
  }

  private static List<String> named(PersistentVolumeClaim claim) {
    String volume = claim.spec().volumeName();
    return volume.isEmpty() ? List.of() : List.of(volume);
  }

  private static List<String> looking(PersistentVolumeClaim claim) {
    if (!claim.spec().volumeName().isEmpty() || ClaimFacts.isBindCompleted(claim)) {
      return List.of();
    }
    return ClaimFacts.leavesClassOpen(claim)
        ? List.of(OPEN, "")
        : List.of(ClaimFacts.className(claim));
  }
}
