package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.FilterPlugin.NodeFilter;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.AffinityTerm;
import dev.wherry.scheduler.view.DomainCounts;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodChange;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Surroundings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One pod's required terms and those of others that mean it, against the counts.
 *
 * @param near a domain must hold a pod of each
 * @param far its domain must hold none of these
 * @param unwelcome nor a pod with one of these terms
 */
record AffinityRules(
    PodView pod, Surroundings around, List<Tally> near, List<Tally> far, List<Tally> unwelcome)
    implements NodeFilter {
  private static final Verdict NOT_NEAR =
      new Verdict.Rejected("node(s) didn't match pod affinity rules", false);
  private static final Verdict NOT_FAR =
      new Verdict.Rejected("node(s) didn't match pod anti-affinity rules", true);
  private static final Verdict UNWELCOME =
      new Verdict.Rejected("node(s) didn't satisfy existing pods anti-affinity rules", true);

  /**
   * Counts of one rule; with one domain holding more or fewer than counted, where a node is looked
   * at with other pods.
   *
   * @param all the terms that must all mean a pod for it to count
   */
  record Tally(
      AffinityTerm term,
      List<AffinityTerm> all,
      DomainCounts counts,
      @Nullable String shifted,
      int by) {
    static Tally of(AffinityTerm term, List<AffinityTerm> all, DomainCounts counts) {
      return new Tally(term, all, counts, null, 0);
    }

    int pods(String domain) {
      return counts.pods(domain) + (domain.equals(shifted) ? by : 0);
    }

    int total() {
      return counts.total() + by;
    }

    Tally shift(NodeView node, int more) {
      String domain = node.labels().get(term.topologyKey());
      return domain == null || more == 0 ? this : new Tally(term, all, counts, domain, more);
    }
  }

  @Override
  public Verdict test(NodeView node) {
    if (!isNear(node)) {
      return NOT_NEAR;
    }
    if (holdsAny(far, node)) {
      return NOT_FAR;
    }
    return holdsAny(unwelcome, node) ? UNWELCOME : Verdict.FITS;
  }

  private boolean isNear(NodeView node) {
    boolean present = true;
    for (int i = 0; i < near.size(); i++) {
      Tally tally = near.get(i);
      String domain = node.labels().get(tally.term.topologyKey());
      if (domain == null) {
        return false;
      }
      present &= tally.pods(domain) > 0;
    }
    return present || isFirstOfItsOwn();
  }

  /** A pod that only wants to be near its like may begin where no such pod is anywhere. */
  private boolean isFirstOfItsOwn() {
    for (Tally tally : near) {
      if (tally.total() != 0) {
        return false;
      }
    }
    return means(pod.affinities().required(), pod);
  }

  private static boolean holdsAny(List<Tally> tallies, NodeView node) {
    for (int i = 0; i < tallies.size(); i++) {
      Tally tally = tallies.get(i);
      String domain = node.labels().get(tally.term.topologyKey());
      if (domain != null && tally.pods(domain) > 0) {
        return true;
      }
    }
    return false;
  }

  private boolean means(List<AffinityTerm> all, PodView other) {
    String namespace = other.key().namespace();
    return AffinityTerm.allMean(all, namespace, around.namespaceLabels(namespace), other.labels());
  }

  @Override
  public boolean looksAtOneNode() {
    return false;
  }

  @Override
  public NodeFilter given(NodeView before, NodeView now) {
    PodChange change = PodChange.between(before, now);
    return new AffinityRules(
        pod,
        around,
        shifted(near, now, change),
        shifted(far, now, change),
        shiftedUnwelcome(now, change));
  }

  private List<Tally> shifted(List<Tally> tallies, NodeView node, PodChange change) {
    List<Tally> shifted = new ArrayList<>(tallies.size());
    for (Tally tally : tallies) {
      int more = 0;
      for (PodView other : change.added()) {
        more += means(tally.all, other) ? 1 : 0;
      }
      for (PodView other : change.gone()) {
        more -= means(tally.all, other) ? 1 : 0;
      }
      shifted.add(tally.shift(node, more));
    }
    return shifted;
  }

  private List<Tally> shiftedUnwelcome(NodeView node, PodChange change) {
    List<Tally> shifted = new ArrayList<>(unwelcome.size());
    for (Tally tally : unwelcome) {
      int more = 0;
      for (PodView other : change.added()) {
        more += times(other, tally.term);
      }
      for (PodView other : change.gone()) {
        more -= times(other, tally.term);
      }
      shifted.add(tally.shift(node, more));
    }
    for (PodView other : change.added()) {
      for (AffinityTerm term : other.affinities().requiredAnti()) {
        boolean counted = unwelcome.stream().anyMatch(tally -> tally.term.equals(term));
        if (!counted && means(List.of(term), pod)) {
          shifted.add(Tally.of(term, List.of(term), new DomainCounts()).shift(node, 1));
        }
      }
    }
    return shifted;
  }

  /** How often a pod has a term; the same one given twice was counted twice. */
  private static int times(PodView other, AffinityTerm term) {
    int times = 0;
    for (AffinityTerm own : other.affinities().requiredAnti()) {
      times += own.equals(term) ? 1 : 0;
    }
    return times;
  }
}
