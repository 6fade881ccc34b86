package dev.wherry.model.merge;

import java.util.Arrays;
import java.util.List;

/** Leaves out of a set what a writer cannot own through one door. */
@FunctionalInterface
public interface FieldFilter {
  /** Lets everything through. */
  FieldFilter ALL = set -> set;

  /** Any step of a path in {@link #only}. */
  String ANY = "*";

  FieldSet apply(FieldSet set);

  /** Lets everything through but these fields and what is below them. */
  static FieldFilter without(FieldSet fields) {
    return fields.isEmpty() ? ALL : set -> set.recursiveDifference(fields);
  }

  /**
   * Lets through only what lies on one of the paths or below its end, with the steps that lead
   * there.
   *
   * @param paths names, or {@link #ANY}
   */
  static FieldFilter only(List<List<String>> paths) {
    List<List<String>> copy = paths.stream().map(List::copyOf).toList();
    return set -> matching(set, copy);
  }

  private static FieldSet matching(FieldSet set, List<List<String>> paths) {
    FieldSet.Sorted kept = new FieldSet.Sorted(set.width());
    for (int i = 0; i < set.width(); i++) {
      PathElement element = set.element(i);
      List<List<String>> rests =
          paths.stream()
              .filter(path -> matches(path.getFirst(), element))
              .map(path -> path.subList(1, path.size()))
              .toList();
      if (!rests.isEmpty()) {
        boolean end = rests.stream().anyMatch(List::isEmpty);
        FieldSet below = set.below(i);
        kept.add(element, set.member(i), end ? below : matching(below, rests));
      }
    }
    return kept.toSet();
  }

  private static boolean matches(String step, PathElement element) {
    return step.equals(ANY) || element.equals(new PathElement.Name(step));
  }

  /** Lets through what both let through. */
  default FieldFilter and(FieldFilter other) {
    return set -> other.apply(apply(set));
  }

  /** A filter that lets through everything but some top-level or nested names. */
  static FieldFilter withoutNames(String... dotted) {
    return without(
        FieldSet.ofNames(Arrays.stream(dotted).map(path -> List.of(path.split("\\."))).toList()));
  }
}
