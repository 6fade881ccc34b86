package dev.wherry.scheduler.view;

import java.util.List;

/**
 * Which other pods a pod wants near or far (core/v1 PodAffinity and PodAntiAffinity).
 *
 * @param required all of these, each by pods that all terms mean
 * @param requiredAnti none of these
 * @param preferred add their weight
 * @param preferredAnti take their weight away
 */
public record PodAffinities(
    List<AffinityTerm> required,
    List<AffinityTerm> requiredAnti,
    List<Weighted> preferred,
    List<Weighted> preferredAnti) {
  public static final PodAffinities NONE =
      new PodAffinities(List.of(), List.of(), List.of(), List.of());

  public PodAffinities {
    required = List.copyOf(required);
    requiredAnti = List.copyOf(requiredAnti);
    preferred = List.copyOf(preferred);
    preferredAnti = List.copyOf(preferredAnti);
  }

  /** A preferred term; weight 1 to 100. */
  public record Weighted(int weight, AffinityTerm term) {}

  public boolean isNone() {
    return required.isEmpty()
        && requiredAnti.isEmpty()
        && preferred.isEmpty()
        && preferredAnti.isEmpty();
  }
}
