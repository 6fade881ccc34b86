package dev.wherry.machinery.client;

import java.util.List;

/**
 * One page of a LIST.
 *
 * @param resourceVersion the revision to watch from
 * @param continueToken "" on the last page
 * @param remainingItemCount -1 where the server did not say
 */
public record ListResult<T>(
    List<T> items, String resourceVersion, String continueToken, long remainingItemCount) {
  public ListResult {
    items = List.copyOf(items);
  }
}
