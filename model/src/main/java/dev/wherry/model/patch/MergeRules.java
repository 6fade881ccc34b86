package dev.wherry.model.patch;

import java.util.Set;

/**
 * How the fields of one object type merge, as Kubernetes' {@code x-kubernetes-patch-strategy} and
 * {@code x-kubernetes-patch-merge-key} declare it. The schema implements this; a type without
 * declarations is {@link #NONE}.
 */
@FunctionalInterface
public interface MergeRules {
  /** Rules of a type that declares nothing: objects merge by field, lists are replaced. */
  MergeRules NONE = field -> Rule.DEFAULT;

  /** The rule of the field of this name; for a map type, of the values under any key. */
  Rule field(String name);

  /** Declared strategies. */
  enum Strategy {
    /** Lists merge: by {@link Rule#mergeKey} when of objects, as sets when of scalars. */
    MERGE,
    /** Objects and lists are replaced as a whole. */
    REPLACE,
    /** The client sends {@code $retainKeys}; changes nothing on the applying side. */
    RETAIN_KEYS
  }

  /**
   * One field's rule.
   *
   * @param strategies declared strategies, empty when none
   * @param mergeKey the field that identifies a list's element, "" for none
   * @param nested rules of the field's own object type, or of its list elements
   */
  record Rule(Set<Strategy> strategies, String mergeKey, MergeRules nested) {
    /** No declaration, no knowledge of nested types. */
    public static final Rule DEFAULT = new Rule(Set.of(), "", NONE);

    boolean merges() {
      return strategies.contains(Strategy.MERGE);
    }

    boolean replaces() {
      return strategies.contains(Strategy.REPLACE);
    }
  }
}
