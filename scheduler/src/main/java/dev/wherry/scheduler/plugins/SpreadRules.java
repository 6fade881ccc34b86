package dev.wherry.scheduler.plugins;

import dev.wherry.scheduler.framework.FilterPlugin.NodeFilter;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.DomainCounts;
import dev.wherry.scheduler.view.NodeScope;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodChange;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.SpreadConstraint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One pod's {@code DoNotSchedule} constraints against the counts. */
record SpreadRules(String namespace, List<Rule> rules) implements NodeFilter {
  private static final String REASON = "node(s) didn't match pod topology spread constraints";
  private static final Verdict TOO_MANY = new Verdict.Rejected(REASON, true);
  private static final Verdict NO_LABEL =
      new Verdict.Rejected(REASON + " (missing required label)", false);

  /**
   * One constraint.
   *
   * @param self 1 when the pod counts itself
   * @param fewest pods in the emptiest domain
   * @param shifted the domain that holds {@code by} pods more than counted
   */
  record Rule(
      SpreadConstraint constraint,
      NodeScope scope,
      DomainCounts counts,
      int self,
      int fewest,
      @Nullable String shifted,
      int by) {
    static Rule of(PodView pod, SpreadConstraint constraint, NodeScope scope, DomainCounts counts) {
      int self = constraint.selector().matches(pod.labels()) ? 1 : 0;
      return new Rule(
          constraint, scope, counts, self, fewest(constraint, counts, null, 0), null, 0);
    }

    private static int fewest(
        SpreadConstraint constraint, DomainCounts counts, @Nullable String shifted, int by) {
      return counts.domains() < constraint.domainsMin() ? 0 : counts.fewest(shifted, by);
    }

    Rule shift(NodeView node, int more) {
      String domain = node.labels().get(constraint.topologyKey());
      return domain == null || more == 0
          ? this
          : new Rule(
              constraint,
              scope,
              counts,
              self,
              fewest(constraint, counts, domain, more),
              domain,
              more);
    }

    boolean exceeds(String domain) {
      int pods = counts.pods(domain) + (domain.equals(shifted) ? by : 0);
      return pods + self - fewest > constraint.skewMax();
    }

    boolean counts(PodView pod, String namespace) {
      return !pod.deleting()
          && pod.key().namespace().equals(namespace)
          && constraint.selector().matches(pod.labels());
    }
  }

  @Override
  public Verdict test(NodeView node) {
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      String domain = node.labels().get(rule.constraint.topologyKey());
      if (domain == null) {
        return NO_LABEL;
      }
      if (rule.exceeds(domain)) {
        return TOO_MANY;
      }
    }
    return Verdict.FITS;
  }

  @Override
  public boolean looksAtOneNode() {
    return false;
  }

  @Override
  public NodeFilter given(NodeView before, NodeView now) {
    PodChange change = PodChange.between(before, now);
    List<Rule> shifted = new ArrayList<>(rules.size());
    for (Rule rule : rules) {
      int more = 0;
      if (rule.scope.allows(now)) {
        for (PodView pod : change.added()) {
          more += rule.counts(pod, namespace) ? 1 : 0;
        }
        for (PodView pod : change.gone()) {
          more -= rule.counts(pod, namespace) ? 1 : 0;
        }
      }
      shifted.add(rule.shift(now, more));
    }
    return new SpreadRules(namespace, shifted);
  }
}
