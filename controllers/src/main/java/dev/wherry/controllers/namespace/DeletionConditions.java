package dev.wherry.controllers.namespace;

import dev.wherry.model.core.v1.NamespaceCondition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** How far a namespace's deletion is, in upstream's conditions and words. */
final class DeletionConditions {
  private DeletionConditions() {}

  /** The namespace's conditions after a round; those of others stay. */
  static List<NamespaceCondition> after(
      List<NamespaceCondition> before, NamespaceContent.Left left, Instant now) {
    List<NamespaceCondition> all = new ArrayList<>(before);
    put(
        all,
        "NamespaceDeletionDiscoveryFailure",
        left.discoveryFailures().isEmpty()
            ? ok("ResourcesDiscovered", "All resources successfully discovered")
            : bad(
                "DiscoveryFailed",
                "Discovery failed for some groups, "
                    + left.discoveryFailures().size()
                    + " failing: unable to retrieve the complete list of server APIs: "
                    + String.join(", ", left.discoveryFailures())),
        now);
    put(
        all,
        "NamespaceDeletionGroupVersionParsingFailure",
        ok("ParsedGroupVersions", "All legacy kube types successfully parsed"),
        now);
    put(
        all,
        "NamespaceDeletionContentFailure",
        left.deletionFailures().isEmpty()
            ? ok(
                "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization")
            : bad(
                "ContentDeletionFailed",
                "Failed to delete all resource types, "
                    + left.deletionFailures().size()
                    + " remaining: "
                    + String.join(", ", left.deletionFailures().stream().sorted().toList())),
        now);
    put(all, "NamespaceContentRemaining", remaining(left), now);
    put(all, "NamespaceFinalizersRemaining", finalizers(left), now);
    return all;
  }

  private static NamespaceCondition remaining(NamespaceContent.Left left) {
    return left.remaining().isEmpty()
        ? ok("ContentRemoved", "All content successfully removed")
        : bad(
            "SomeResourcesRemain",
            "Some resources are remaining: "
                + join(
                    left.remaining(),
                    (resource, count) -> resource + " has " + count + " resource instances"));
  }

  private static NamespaceCondition finalizers(NamespaceContent.Left left) {
    return left.finalizers().isEmpty()
        ? ok("ContentHasNoFinalizers", "All content-preserving finalizers finished")
        : bad(
            "SomeFinalizersRemain",
            "Some content in the namespace has finalizers remaining: "
                + join(
                    left.finalizers(),
                    (name, count) -> name + " in " + count + " resource instances"));
  }

  private static String join(
      Map<String, Integer> counts, BiFunction<String, Integer, String> text) {
    List<String> parts = new ArrayList<>();
    counts.forEach((name, count) -> parts.add(text.apply(name, count)));
    return String.join(", ", parts);
  }

  private static NamespaceCondition ok(String reason, String message) {
    return NamespaceCondition.builder().status("False").reason(reason).message(message).build();
  }

  private static NamespaceCondition bad(String reason, String message) {
    return NamespaceCondition.builder().status("True").reason(reason).message(message).build();
  }

  private static void put(
      List<NamespaceCondition> all, String type, NamespaceCondition state, Instant now) {
    Optional<NamespaceCondition> before =
        all.stream().filter(c -> c.type().equals(type)).findFirst();
    boolean same = before.isPresent() && before.get().status().equals(state.status());
    Instant kept = same ? before.get().lastTransitionTime() : null;
    NamespaceCondition condition =
        state.toBuilder().type(type).lastTransitionTime(kept == null ? now : kept).build();
    if (before.isPresent()) {
      all.set(all.indexOf(before.get()), condition);
    } else {
      all.add(condition);
    }
  }
}
