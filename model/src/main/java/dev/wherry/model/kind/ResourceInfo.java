package dev.wherry.model.kind;

import java.util.List;
import java.util.Optional;

/**
 * A served resource in one version.
 *
 * @param verbs as discovery lists them, sorted
 */
public record ResourceInfo(
    KindInfo kind,
    String singular,
    List<String> shortNames,
    List<String> categories,
    List<String> verbs,
    List<Subresource> subresources) {
  public ResourceInfo {
    shortNames = List.copyOf(shortNames);
    categories = List.copyOf(categories);
    verbs = List.copyOf(verbs);
    subresources = List.copyOf(subresources);
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
