package dev.wherry.model.volume;

import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.selector.Labels;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The volume for a claim (component-helpers FindMatchingVolume): one that is kept for it, else the
 * smallest free one of its class that is large enough, has the modes and bears the labels.
 */
public final class VolumeMatch {
  private static final Comparator<PersistentVolume> SMALLEST =
      Comparator.comparing(VolumeFacts::capacity).thenComparing(volume -> volume.metadata().name());

  /** The binder wants to spend no more modes than it must. */
  private static final Comparator<PersistentVolume> FEWEST_MODES =
      Comparator.<PersistentVolume>comparingInt(volume -> volume.spec().accessModes().size())
          .thenComparing(SMALLEST);

  private VolumeMatch() {}

  /**
   * As the binder looks for one.
   *
   * @param delayed the scheduler chooses among free volumes; only one kept for the claim is found
   */
  public static Optional<PersistentVolume> forBinder(
      PersistentVolumeClaim claim, Collection<PersistentVolume> volumes, boolean delayed) {
    Optional<PersistentVolume> kept =
        volumes.stream()
            .filter(v -> VolumeFacts.isBoundTo(v, claim) && suits(v, claim))
            .min(FEWEST_MODES);
    return kept.isPresent() || delayed
        ? kept
        : volumes.stream().filter(v -> isFree(v, claim) && suits(v, claim)).min(FEWEST_MODES);
  }

  /**
   * As the scheduler looks for one that a node reaches.
   *
   * @param taken names of volumes that other claims get
   */
  public static Optional<PersistentVolume> forNode(
      PersistentVolumeClaim claim,
      Collection<PersistentVolume> volumes,
      Map<String, String> nodeLabels,
      Set<String> taken) {
    Optional<PersistentVolume> kept =
        volumes.stream()
            .filter(v -> !taken.contains(v.metadata().name()))
            .filter(v -> VolumeFacts.isBoundTo(v, claim) && suits(v, claim))
            .min(SMALLEST);
    if (kept.isPresent()) {
      return kept.filter(v -> VolumeFacts.reaches(v, nodeLabels));
    }
    return volumes.stream()
        .filter(v -> !taken.contains(v.metadata().name()))
        .filter(v -> isFree(v, claim) && suits(v, claim) && VolumeFacts.reaches(v, nodeLabels))
        .min(SMALLEST);
  }

  private static boolean suits(PersistentVolume volume, PersistentVolumeClaim claim) {
    return volume.metadata().deletionTimestamp() == null
        && VolumeFacts.isSameVolumeMode(volume, claim)
        && VolumeFacts.hasModes(volume, claim)
        && VolumeFacts.capacity(volume).compareTo(ClaimFacts.request(claim)) >= 0;
  }

  private static boolean isFree(PersistentVolume volume, PersistentVolumeClaim claim) {
    LabelSelector selector = claim.spec().selector();
    return volume.spec().claimRef() == null
        && VolumeFacts.className(volume).equals(ClaimFacts.className(claim))
        && (selector == null
            || Labels.of(Optional.of(selector)).matches(volume.metadata().labels()));
  }
}
