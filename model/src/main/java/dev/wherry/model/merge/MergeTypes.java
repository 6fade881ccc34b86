package dev.wherry.model.merge;

import dev.wherry.model.kind.KindInfo;

/**
 * The types of kinds' objects, for structured merge. Built-in kinds have theirs from the schema,
 * custom resources from their definition.
 */
@FunctionalInterface
public interface MergeTypes {
  /** {@link MergeType#DEDUCED} for a kind that nobody describes. */
  MergeType of(KindInfo kind);
}
