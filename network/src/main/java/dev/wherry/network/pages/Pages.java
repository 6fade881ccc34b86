package dev.wherry.network.pages;

/** What a port has to say. */
@FunctionalInterface
public interface Pages {
  /**
   * The page at a path without its query.
   *
   * @return {@link Page#NOT_FOUND} where there is none
   */
  Page page(String path);
}
