package dev.wherry.model.kind;

import java.util.List;
import java.util.Optional;

/**
 * A served resource in one version.
 *
 * @param verbs as discovery lists them, sorted
 * @param selectable fields by which objects can be selected beside name and namespace: {@code
 *     spec.color}; built-in kinds have theirs elsewhere
 * @param definition of a custom resource: differs whenever what the definition says differs; "" for
 *     a built-in kind
 */
public record ResourceInfo(
    KindInfo kind,
    String singular,
    List<String> shortNames,
    List<String> categories,
    List<String> verbs,
    List<Subresource> subresources,
    List<String> selectable,
    String definition) {
  public ResourceInfo {
    selectable = List.copyOf(selectable);
    shortNames = List.copyOf(shortNames);
    categories = List.copyOf(categories);
    verbs = List.copyOf(verbs);
    subresources = List.copyOf(subresources);
  }

  /** A built-in resource. */
  public ResourceInfo(
      KindInfo kind,
      String singular,
      List<String> shortNames,
      List<String> categories,
      List<String> verbs,
      List<Subresource> subresources) {
    this(kind, singular, shortNames, categories, verbs, subresources, List.of(), "");
  }

  /** Whether a definition made it. */
  public boolean isCustom() {
    return !definition.isEmpty();
  }

  /**
   * A subresource.
   *
   * @param body the kind of its requests and answers
   */
  public record Subresource(String name, KindInfo body, List<String> verbs) {}

  public Optional<Subresource> subresource(String name) {
    return subresources.stream().filter(s -> s.name().equals(name)).findFirst();
  }
}
