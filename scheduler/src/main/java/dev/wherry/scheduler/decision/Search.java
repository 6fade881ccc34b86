package dev.wherry.scheduler.decision;

import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.FilterPlugin.NodeFilter;
import dev.wherry.scheduler.framework.Rejections;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.Nominations;
import dev.wherry.scheduler.view.PlaceMemo;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The nodes of one try, as they fall. */
final class Search {
  private static final Judged FITS = new Judged(Verdict.FITS, "");

  private final PodView pod;
  private final ClusterSnapshot snapshot;
  private final Nominations nominations;
  private final PlaceMemo<Judged> memo;

  /** Filters whose verdict depends on the pod's shape and the node alone. */
  private final List<Named> local = new ArrayList<>();

  private final List<Named> wide = new ArrayList<>();
  private final List<NodeView> feasible = new ArrayList<>();
  private final Rejections rejections = new Rejections();
  private final Set<String> rejectedBy = new LinkedHashSet<>();
  private int looked;

  /** A plugin's filter for the pod. */
  record Named(String plugin, NodeFilter filter) {}

  /** A verdict and whose it is; the name is "" for a node that fits. */
  record Judged(Verdict verdict, String plugin) {}

  /**
   * Begins with nothing looked at.
   *
   * @param memo of the local filters for pods of this shape
   */
  Search(PodView pod, ClusterSnapshot snapshot, List<Named> filters, PlaceMemo<Judged> memo) {
    this.pod = pod;
    this.snapshot = snapshot;
    this.nominations = snapshot.around().nominations();
    this.memo = memo;
    for (Named named : filters) {
      (named.filter().looksAtOneNode() ? local : wide).add(named);
    }
  }

  List<NodeView> feasible() {
    return feasible;
  }

  Rejections rejections() {
    return rejections;
  }

  Set<String> rejectedBy() {
    return rejectedBy;
  }

  int looked() {
    return looked;
  }

  /** Whether the node fits where room was made for the pod: then no other is looked at. */
  boolean nominated() {
    String name = pod.standing().nominatedNode();
    int place = name.isEmpty() ? -1 : snapshot.placeOf(name);
    if (place < 0) {
      return false;
    }
    look(place);
    if (feasible.isEmpty()) {
      restart();
    }
    return !feasible.isEmpty();
  }

  /** No node has been looked at; who rejected is kept. */
  void restart() {
    looked = 0;
    rejections.clear();
  }

  /** Takes out the nodes that an extender did not let pass. */
  void keepOnly(Extender.Filtered filtered, String extender) {
    for (NodeView node : List.copyOf(feasible)) {
      if (!filtered.passed().contains(node.name())) {
        feasible.remove(node);
        Verdict.Rejected unsaid =
            new Verdict.Rejected("node(s) did not pass extender " + extender, false);
        rejections.add(
            snapshot.placeOf(node.name()),
            node,
            filtered.refused().getOrDefault(node.name(), unsaid));
        rejectedBy.add(Extender.PLUGIN);
      }
    }
  }

  /** Returns the place behind the last node looked at. */
  int from(int first, int enough) {
    int size = snapshot.size();
    while (looked < size && feasible.size() < enough) {
      look((first + looked) % size);
    }
    return size == 0 ? 0 : (first + looked) % size;
  }

  void amongNamed(FilterPlugin.Prepared.Only only, String plugin) {
    Set<Integer> named = new HashSet<>();
    for (String name : only.nodes()) {
      int place = snapshot.placeOf(name);
      if (place >= 0 && named.add(place)) {
        look(place);
      }
    }
    if (feasible.isEmpty()) {
      Verdict.Rejected elsewhere = new Verdict.Rejected(only.reason(), false);
      for (int i = 0; i < snapshot.size(); i++) {
        if (!named.contains(i)) {
          rejections.add(i, snapshot.at(i), elsewhere);
        }
      }
      rejectedBy.add(plugin);
    }
  }

  private void look(int place) {
    looked++;
    NodeView node = snapshot.at(place);
    Judged judged = judge(place, node);
    if (judged.verdict instanceof Verdict.Rejected rejected) {
      rejections.add(place, node, rejected);
      rejectedBy.add(judged.plugin);
    } else {
      feasible.add(node);
    }
  }

  private Judged judge(int place, NodeView node) {
    if (!nominations.isEmpty()) {
      List<PodView> ahead = nominations.before(pod, node.name());
      if (!ahead.isEmpty()) {
        Judged full = judgeAsIf(node, withAll(node, ahead));
        if (full.verdict instanceof Verdict.Rejected) {
          return full;
        }
      }
    }
    Judged judged = memo.get(place, node);
    if (judged == null) {
      judged = first(local, node);
      memo.put(place, node, judged);
    }
    return judged.verdict instanceof Verdict.Rejected ? judged : first(wide, node);
  }

  private static Judged first(List<Named> filters, NodeView node) {
    for (int i = 0; i < filters.size(); i++) {
      Named named = filters.get(i);
      Verdict verdict = named.filter().test(node);
      if (verdict instanceof Verdict.Rejected) {
        return new Judged(verdict, named.plugin());
      }
    }
    return FITS;
  }

  private Judged judgeAsIf(NodeView before, NodeView now) {
    Judged judged = first(local, now);
    if (judged.verdict instanceof Verdict.Rejected) {
      return judged;
    }
    for (int i = 0; i < wide.size(); i++) {
      Named named = wide.get(i);
      Verdict verdict = named.filter().given(before, now).test(now);
      if (verdict instanceof Verdict.Rejected) {
        return new Judged(verdict, named.plugin());
      }
    }
    return FITS;
  }

  /** The first rejection of a node as it might be, pods with a claim to it included. */
  Verdict verdict(NodeView before, NodeView now) {
    if (!nominations.isEmpty()) {
      List<PodView> ahead = nominations.before(pod, now.name());
      if (!ahead.isEmpty()
          && judgeAsIf(before, withAll(now, ahead)).verdict instanceof Verdict.Rejected rejected) {
        return rejected;
      }
    }
    return judgeAsIf(before, now).verdict;
  }

  /** Whether what a trial says of a node depends on that node alone. */
  boolean looksAtOneNode() {
    return wide.isEmpty();
  }

  private static NodeView withAll(NodeView node, List<PodView> more) {
    NodeView full = node;
    for (PodView other : more) {
      full = full.with(other.on(node.name()));
    }
    return full;
  }
}
