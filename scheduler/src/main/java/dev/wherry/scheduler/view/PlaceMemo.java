package dev.wherry.scheduler.view;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about single nodes, by their places in the snapshot: it holds for as long as
 * the node's view is the same object. Of whoever decides, one thread at a time.
 *
 * @param <T> what was found out
 */
public final class PlaceMemo<T> {
  private @Nullable NodeView[] nodes = new NodeView[0];
  private @Nullable Object[] found = new Object[0];

  /** What was found out about this view; null where nothing was. */
  @SuppressWarnings({"unchecked", "ReferenceEquality"}) // Only put() fills the array.
  public @Nullable T get(int place, NodeView node) {
    return place < nodes.length && nodes[place] == node ? (T) found[place] : null;
  }

  /** Takes the place of what was known of another view there. */
  public void put(int place, NodeView node, T what) {
    if (place >= nodes.length) {
      int more = Math.max(place + 1, nodes.length * 2);
      nodes = Arrays.copyOf(nodes, more);
      found = Arrays.copyOf(found, more);
    }
    nodes[place] = node;
    found[place] = what;
  }
}
