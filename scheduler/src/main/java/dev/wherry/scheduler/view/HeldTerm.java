package dev.wherry.scheduler.view;

/**
 * A term that pods on nodes have, and that speaks of pods to come.
 *
 * @param weight 1 to 100 of a preferred term; 0 of a required one
 */
public record HeldTerm(Sort sort, int weight, AffinityTerm term) {
  /** What the term is. */
  public enum Sort {
    REQUIRED,
    REQUIRED_ANTI,
    PREFERRED,
    PREFERRED_ANTI
  }

  /** The term, and where the pods that have it are. */
  public record Held(HeldTerm what, DomainCounts counts) {}
}
