package dev.wherry.scheduler.decision;

import dev.wherry.scheduler.framework.Rejection;
import dev.wherry.scheduler.framework.Rejections;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.Nominations;
import dev.wherry.scheduler.view.PlaceMemo;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about the nodes for pods of one shape (decisions 0193, 0510). Of whoever
 * decides, one thread at a time.
 */
final class KeptVerdicts {
  private final PlaceMemo<Judged> alone = new PlaceMemo<>();
  private final PlaceMemo<Shared> shared = new PlaceMemo<>();
  private @Nullable Nowhere nowhere;

  /** What the filters say of a node. */
  sealed interface Judged {
    Judged FITS = new Fits();

    record Fits() implements Judged {}

    record Refused(Rejection why) implements Judged {}
  }

  /** A verdict that counts pods in that wait for room on the node. */
  private record Shared(List<PodView> nominated, int priority, Judged judged) {}

  /** A try that found nothing: every node's rejection, each in its place. */
  private record Nowhere(
      Rejections rejections, int priority, ClusterSnapshot snapshot, long changes) {
    Nominations nominations() {
      return snapshot.around().nominations();
    }
  }

  /** What the node was found to be for such a pod; null where it was not looked at. */
  @Nullable Judged alone(int place, NodeView node) {
    return alone.get(place, node);
  }

  void keepAlone(int place, NodeView node, Judged judged) {
    alone.put(place, node, judged);
  }

  /** The same with the pods that wait for room there; null where it was not looked at. */
  @SuppressWarnings("ReferenceEquality") // Lists of nominated pods are replaced, not changed.
  @Nullable Judged shared(int place, NodeView node, List<PodView> nominated, PodView pod) {
    Shared known = shared.get(place, node);
    return known != null
            && known.nominated == nominated
            && known.priority == pod.priority()
            && !isAmong(nominated, pod.key())
        ? known.judged
        : null;
  }

  void keepShared(int place, NodeView node, List<PodView> nominated, PodView pod, Judged judged) {
    if (!isAmong(nominated, pod.key())) {
      shared.put(place, node, new Shared(nominated, pod.priority(), judged));
    }
  }

  /** A pod does not stand in its own way. */
  private static boolean isAmong(List<PodView> nominated, PodKey key) {
    for (PodView other : nominated) {
      if (other.key().equals(key)) {
        return true;
      }
    }
    return false;
  }

  /** The rejections of the last try, to be brought up to date; null where they say nothing now. */
  @Nullable Rejections lastNowhere(int priority, ClusterSnapshot snapshot) {
    Nowhere last = nowhere;
    Nominations nominations = snapshot.around().nominations();
    return last != null
            && last.rejections.size() == snapshot.size()
            && last.priority == priority
            && last.nominations() == nominations
            && nominations.changedSince(last.changes).isPresent()
        ? last.rejections
        : null;
  }

  /** Places that have changed since that try, be it the node or the pods that wait for it. */
  Set<Integer> changedSince(ClusterSnapshot snapshot) {
    Nowhere last = nowhere;
    Set<Integer> places = new LinkedHashSet<>();
    if (last != null) {
      for (int place : snapshot.changedSince(last.snapshot)) {
        places.add(place);
      }
      for (String node : last.nominations().changedSince(last.changes).orElse(Set.of())) {
        int place = snapshot.placeOf(node);
        if (place >= 0) {
          places.add(place);
        }
      }
    }
    return places;
  }

  /** Nothing fits now. */
  void keepNowhere(Rejections byPlace, int priority, ClusterSnapshot snapshot) {
    long changes = snapshot.around().nominations().changes();
    nowhere = new Nowhere(byPlace, priority, snapshot, changes);
  }

  /** Something may fit now. */
  void forgetNowhere() {
    nowhere = null;
  }
}
