package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.PodEvent;
import dev.wherry.scheduler.framework.ScorePlugin;
import dev.wherry.scheduler.view.AffinityTerm;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.DomainCounts;
import dev.wherry.scheduler.view.HeldTerm;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodAffinities;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.TopologyCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Pods near and far from others (upstream's plugin of this name): the pod's own terms, the required
 * anti-affinity of pods that are there already, and both sides' preferences.
 */
public final class InterPodAffinity implements FilterPlugin, ScorePlugin {
  /** What a required term of a placed pod counts for one that it wants near, as upstream. */
  public static final int HARD_WEIGHT = 1;

  private final int hardWeight;
  private final boolean ignoresOthersPreferences;

  /**
   * @param hardWeight 0 to 100 (hardPodAffinityWeight)
   * @param ignoresOthersPreferences ignorePreferredTermsOfExistingPods
   */
  public InterPodAffinity(int hardWeight, boolean ignoresOthersPreferences) {
    this.hardWeight = hardWeight;
    this.ignoresOthersPreferences = ignoresOthersPreferences;
  }

  @Override
  public String name() {
    return "InterPodAffinity";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(
        ClusterEvent.NODE_ADDED,
        ClusterEvent.NODE_LABELS,
        ClusterEvent.ASSIGNED_POD_ADDED,
        ClusterEvent.ASSIGNED_POD_GONE,
        ClusterEvent.ASSIGNED_POD_LABELS,
        ClusterEvent.POD_CHANGED);
  }

  /** A pod that no term is about changes nothing; one that came cannot be too near. */
  @Override
  public boolean mayHelp(PodView waiting, PodEvent event) {
    PodView about = event.about();
    PodAffinities own = waiting.affinities();
    boolean wanted = !own.required().isEmpty() && mayMean(own.required().getFirst(), about);
    return switch (event.what()) {
      case ASSIGNED_POD_ADDED -> wanted;
      case ASSIGNED_POD_GONE ->
          wanted
              || own.requiredAnti().stream().anyMatch(term -> mayMean(term, about))
              || about.affinities().requiredAnti().stream()
                  .anyMatch(term -> mayMean(term, waiting));
      default -> true;
    };
  }

  private static boolean mayMean(AffinityTerm term, PodView pod) {
    return term.selector().matches(pod.labels());
  }

  @Override
  public FilterPlugin.Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    TopologyCounts counts = snapshot.counts();
    PodAffinities own = pod.affinities();
    List<AffinityRules.Tally> near = new ArrayList<>();
    for (AffinityTerm term : own.required()) {
      near.add(
          AffinityRules.Tally.of(
              term, own.required(), counts.meant(own.required(), term.topologyKey())));
    }
    List<AffinityRules.Tally> far = new ArrayList<>();
    for (AffinityTerm term : own.requiredAnti()) {
      List<AffinityTerm> alone = List.of(term);
      far.add(AffinityRules.Tally.of(term, alone, counts.meant(alone, term.topologyKey())));
    }
    List<AffinityRules.Tally> unwelcome = new ArrayList<>();
    for (HeldTerm.Held held : counts.meaning(pod)) {
      if (held.what().sort() == HeldTerm.Sort.REQUIRED_ANTI) {
        AffinityTerm term = held.what().term();
        unwelcome.add(AffinityRules.Tally.of(term, List.of(term), held.counts()));
      }
    }
    if (near.isEmpty() && far.isEmpty() && unwelcome.isEmpty()) {
      return Prepared.SKIP;
    }
    return new Prepared.Check(new AffinityRules(pod, snapshot.around(), near, far, unwelcome));
  }

  @Override
  public Optional<NodeScorer> prepare(
      PodView pod, List<NodeView> feasible, ClusterSnapshot snapshot) {
    TopologyCounts counts = snapshot.counts();
    List<Share> shares = new ArrayList<>();
    for (PodAffinities.Weighted soft : pod.affinities().preferred()) {
      shares.add(Share.of(soft.term(), soft.weight(), counts));
    }
    for (PodAffinities.Weighted soft : pod.affinities().preferredAnti()) {
      shares.add(Share.of(soft.term(), -soft.weight(), counts));
    }
    for (HeldTerm.Held held : counts.meaning(pod)) {
      int weight = weight(held.what());
      if (weight != 0) {
        shares.add(new Share(held.what().term().topologyKey(), weight, held.counts()));
      }
    }
    shares.removeIf(share -> share.counts.total() == 0);
    return shares.isEmpty() ? Optional.empty() : Optional.of(new Nearness(shares));
  }

  private int weight(HeldTerm what) {
    return switch (what.sort()) {
      case REQUIRED -> hardWeight;
      case REQUIRED_ANTI -> 0;
      case PREFERRED -> ignoresOthersPreferences ? 0 : what.weight();
      case PREFERRED_ANTI -> ignoresOthersPreferences ? 0 : -what.weight();
    };
  }

  /** What every pod of a domain adds. */
  private record Share(String topologyKey, int weight, DomainCounts counts) {
    static Share of(AffinityTerm term, int weight, TopologyCounts counts) {
      String key = term.topologyKey();
      return new Share(key, weight, counts.meant(List.of(term), key));
    }
  }

  private record Nearness(List<Share> shares) implements NodeScorer {
    @Override
    public long score(NodeView node) {
      long sum = 0;
      for (int i = 0; i < shares.size(); i++) {
        Share share = shares.get(i);
        sum += (long) share.weight * share.counts.pods(node.labels().get(share.topologyKey));
      }
      return sum;
    }

    @Override
    public void normalize(long[] scores) {
      long max = Long.MIN_VALUE;
      long min = Long.MAX_VALUE;
      for (long score : scores) {
        max = Math.max(max, score);
        min = Math.min(min, score);
      }
      for (int i = 0; i < scores.length; i++) {
        scores[i] =
            max == min ? 0 : (long) (SCORE_MAX * ((double) (scores[i] - min) / (max - min)));
      }
    }
  }
}
