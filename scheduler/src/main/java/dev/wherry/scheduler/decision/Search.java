package dev.wherry.scheduler.decision;

import dev.wherry.scheduler.decision.KeptVerdicts.Judged;
import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.FilterPlugin.NodeFilter;
import dev.wherry.scheduler.framework.Rejection;
import dev.wherry.scheduler.framework.Rejections;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.Nominations;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The nodes of one try, as they fall. */
final class Search {
  private final PodView pod;
  private final ClusterSnapshot snapshot;
  private final Nominations nominations;
  private final KeptVerdicts kept;

  /** Filters whose verdict depends on the pod's shape and the node alone. */
  private final List<Named> local = new ArrayList<>();

  private final List<Named> wide = new ArrayList<>();
  private final List<NodeView> feasible = new ArrayList<>();
  private Rejections rejections = new Rejections();
  private final Set<String> rejectedBy = new LinkedHashSet<>();
  private int looked;

  /** A plugin's filter for the pod. */
  record Named(String plugin, NodeFilter filter) {}

  /**
   * Begins with nothing looked at.
   *
   * @param kept of the local filters for pods of this shape
   */
  Search(PodView pod, ClusterSnapshot snapshot, List<Named> filters, KeptVerdicts kept) {
    this.pod = pod;
    this.snapshot = snapshot;
    this.nominations = snapshot.around().nominations();
    this.kept = kept;
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

  /** Names of the plugins that rejected, those of an earlier round included. */
  Set<String> rejectedBy() {
    Set<String> names = new LinkedHashSet<>(rejectedBy);
    names.addAll(rejections.tally().plugins());
    return names;
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
    rejectedBy.addAll(rejections.tally().plugins());
    rejections = new Rejections();
  }

  /** Takes out the nodes that an extender did not let pass. */
  void keepOnly(Extender.Filtered filtered, String extender) {
    for (NodeView node : List.copyOf(feasible)) {
      if (!filtered.passed().contains(node.name())) {
        feasible.remove(node);
        Verdict.Rejected unsaid =
            new Verdict.Rejected("node(s) did not pass extender " + extender, false);
        Verdict.Rejected why = filtered.refused().getOrDefault(node.name(), unsaid);
        rejections.add(new Rejection(snapshot.placeOf(node.name()), node, why, Extender.PLUGIN));
      }
    }
  }

  /** Returns the place behind the last node looked at. */
  int from(int first, int enough) {
    int size = snapshot.size();
    while (looked < size && feasible.size() < enough) {
      look((first + looked) % size);
    }
    if (feasible.isEmpty() && isKept()) {
      rejections = rejections.byPlace();
      kept.keepNowhere(rejections, pod.priority(), snapshot);
    }
    return size == 0 ? 0 : (first + looked) % size;
  }

  /**
   * Whether such a pod fitted nowhere at the last try and fits nowhere now: only what has changed
   * since is looked at.
   */
  boolean stillNowhere() {
    Rejections last = isKept() ? kept.lastNowhere(pod.priority(), snapshot) : null;
    if (last == null) {
      return false;
    }
    for (int place : kept.changedSince(snapshot)) {
      if (!(judge(place, snapshot.at(place)) instanceof Judged.Refused(Rejection why))) {
        kept.forgetNowhere();
        return false;
      }
      last.set(place, why);
    }
    kept.keepNowhere(last, pod.priority(), snapshot);
    rejections = last;
    looked = snapshot.size();
    return true;
  }

  /** Whether all verdicts of this pod are kept. */
  private boolean isKept() {
    return wide.isEmpty() && pod.standing().nominatedNode().isEmpty();
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
          rejections.add(new Rejection(i, snapshot.at(i), elsewhere, plugin));
        }
      }
      rejectedBy.add(plugin);
    }
  }

  private void look(int place) {
    looked++;
    NodeView node = snapshot.at(place);
    switch (judge(place, node)) {
      case Judged.Fits() -> feasible.add(node);
      case Judged.Refused(Rejection why) -> rejections.add(why);
    }
  }

  private Judged judge(int place, NodeView node) {
    List<PodView> nominated = nominations.isEmpty() ? List.of() : nominations.on(node.name());
    if (!nominated.isEmpty() && beside(nominated, place, node) instanceof Judged.Refused refused) {
      return refused;
    }
    Judged judged = kept.alone(place, node);
    if (judged == null) {
      judged = first(local, place, node);
      kept.keepAlone(place, node, judged);
    }
    if (judged instanceof Judged.Refused(Rejection why)) {
      // Kept is what is said of a node for which nobody else waits.
      return nominated.isEmpty() ? judged : anew(why);
    }
    return first(wide, place, node);
  }

  private static Judged anew(Rejection why) {
    return new Judged.Refused(new Rejection(why.place(), why.node(), why.why(), why.plugin()));
  }

  /** As if the pods that wait for room there and go before this one were there. */
  private Judged beside(List<PodView> nominated, int place, NodeView node) {
    Judged judged = wide.isEmpty() ? kept.shared(place, node, nominated, pod) : null;
    if (judged == null) {
      List<PodView> ahead = nominations.before(pod, node.name());
      judged = ahead.isEmpty() ? Judged.FITS : judgeAsIf(place, node, withAll(node, ahead));
      if (wide.isEmpty()) {
        kept.keepShared(place, node, nominated, pod, judged);
      }
    }
    return judged;
  }

  private static Judged first(List<Named> filters, int place, NodeView node) {
    for (int i = 0; i < filters.size(); i++) {
      Named named = filters.get(i);
      if (named.filter().test(node) instanceof Verdict.Rejected rejected) {
        return new Judged.Refused(new Rejection(place, node, rejected, named.plugin()));
      }
    }
    return Judged.FITS;
  }

  private Judged judgeAsIf(int place, NodeView before, NodeView now) {
    for (int i = 0; i < local.size(); i++) {
      Named named = local.get(i);
      if (named.filter().test(now) instanceof Verdict.Rejected rejected) {
        return new Judged.Refused(new Rejection(place, before, rejected, named.plugin()));
      }
    }
    for (int i = 0; i < wide.size(); i++) {
      Named named = wide.get(i);
      if (named.filter().given(before, now).test(now) instanceof Verdict.Rejected rejected) {
        return new Judged.Refused(new Rejection(place, before, rejected, named.plugin()));
      }
    }
    return Judged.FITS;
  }

  private Verdict verdictAsIf(NodeView before, NodeView now) {
    return judgeAsIf(0, before, now) instanceof Judged.Refused(Rejection why)
        ? why.why()
        : Verdict.FITS;
  }

  /** The first rejection of a node as it might be, pods with a claim to it included. */
  Verdict verdict(NodeView before, NodeView now) {
    if (!nominations.isEmpty()) {
      List<PodView> ahead = nominations.before(pod, now.name());
      if (!ahead.isEmpty()
          && verdictAsIf(before, withAll(now, ahead)) instanceof Verdict.Rejected rejected) {
        return rejected;
      }
    }
    return verdictAsIf(before, now);
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
