package dev.wherry.scheduler.view;

import java.util.List;

/** Which pods two views of one node do not share. */
public record PodChange(List<PodView> gone, List<PodView> added) {

  /** Compares by reference: a pod that changed is in both lists. */
  @SuppressWarnings("ReferenceEquality") // Views are immutable and shared as long as they hold.
  public static PodChange between(NodeView before, NodeView now) {
    List<PodView> a = before.pods();
    List<PodView> b = now.pods();
    int least = Math.min(a.size(), b.size());
    int head = 0;
    while (head < least && a.get(head) == b.get(head)) {
      head++;
    }
    int tail = 0;
    while (tail < least - head && a.get(a.size() - 1 - tail) == b.get(b.size() - 1 - tail)) {
      tail++;
    }
    return new PodChange(a.subList(head, a.size() - tail), b.subList(head, b.size() - tail));
  }
}
