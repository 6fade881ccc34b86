package dev.wherry.runtime.images.catalog;

import dev.wherry.runtime.images.ImageName;
import java.util.List;

/**
 * An image of this node under all its names.
 *
 * @param references at least one
 */
public record LocalImage(ImageContent content, List<Reference> references) {
  public LocalImage {
    references = List.copyOf(references);
  }

  /**
   * One name.
   *
   * @param digest of the manifest or index it stands for
   * @param imported whether a person brought it here: no registry may have it
   */
  public record Reference(ImageName name, String digest, boolean imported) {}

  /** The digest of its configuration. */
  public String id() {
    return content.config().id();
  }

  /** Its names with a tag. */
  public List<String> tags() {
    return references.stream()
        .map(Reference::name)
        .filter(name -> !name.tag().isEmpty())
        .map(ImageName::toString)
        .distinct()
        .sorted()
        .toList();
  }

  /** Its repositories with the digest there. */
  public List<String> digests() {
    return references.stream()
        .map(reference -> reference.name().repository() + "@" + reference.digest())
        .distinct()
        .sorted()
        .toList();
  }

  /** Whether housekeeping must leave it. */
  public boolean pinned() {
    return references.stream().anyMatch(Reference::imported);
  }

  /** Whether it is what a reference means: a name with a tag, or a repository with a digest. */
  boolean isNamed(ImageName wanted) {
    if (wanted.digest().isEmpty()) {
      return tags().contains(wanted.toString());
    }
    return digests().contains(wanted.repository() + "@" + wanted.digest());
  }
}
