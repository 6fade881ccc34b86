package dev.wherry.machinery.client;

/**
 * What a LIST asks for; "" and 0 leave a parameter out.
 *
 * @param limit objects in one page, 0 for all
 * @param continueToken of the page before
 * @param resourceVersionMatch {@code Exact}, {@code NotOlderThan} or ""
 */
public record ListOptions(
    String labelSelector,
    String fieldSelector,
    int limit,
    String continueToken,
    String resourceVersion,
    String resourceVersionMatch) {
  public static final ListOptions ALL = new ListOptions("", "", 0, "", "", "");

  public ListOptions withLabels(String selector) {
    return new ListOptions(
        selector, fieldSelector, limit, continueToken, resourceVersion, resourceVersionMatch);
  }

  public ListOptions withFields(String selector) {
    return new ListOptions(
        labelSelector, selector, limit, continueToken, resourceVersion, resourceVersionMatch);
  }

  public ListOptions withPage(int objectsMax, String token) {
    return new ListOptions(
        labelSelector, fieldSelector, objectsMax, token, resourceVersion, resourceVersionMatch);
  }

  /** As new as this revision at least; "0" takes whatever the cache holds. */
  public ListOptions from(String revision) {
    return new ListOptions(
        labelSelector, fieldSelector, limit, continueToken, revision, resourceVersionMatch);
  }

  /** A collection's path with these as its query. */
  public String on(String path) {
    return new Query(path)
        .add("labelSelector", labelSelector)
        .add("fieldSelector", fieldSelector)
        .add("limit", limit == 0 ? "" : Integer.toString(limit))
        .add("continue", continueToken)
        .add("resourceVersion", resourceVersion)
        .add("resourceVersionMatch", resourceVersionMatch)
        .toString();
  }
}
