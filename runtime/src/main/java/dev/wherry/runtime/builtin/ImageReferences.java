package dev.wherry.runtime.builtin;

/** How an image is called once it is here. */
@FunctionalInterface
public interface ImageReferences {
  /**
   * Its name with a digest, as pods show it; the id when it has none.
   *
   * @param reference what it was asked for by
   */
  String reference(String reference, String imageId);
}
