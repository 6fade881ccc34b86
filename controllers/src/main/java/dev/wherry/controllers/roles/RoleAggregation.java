package dev.wherry.controllers.roles;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.rbac.v1.AggregationRule;
import dev.wherry.model.rbac.v1.ClusterRole;
import dev.wherry.model.rbac.v1.PolicyRule;
import dev.wherry.model.selector.Labels;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps the rules of cluster roles with an aggregation rule: those of all roles it selects
 * (kube-controller-manager clusterroleaggregation).
 */
public final class RoleAggregation implements KeyDriven {
  private final Informer<ClusterRole> roles;
  private final PlanController<String> loop;

  public RoleAggregation(Parts parts) {
    roles = parts.informers().of(ClusterRole.KIND);
    loop =
        new PlanController<>(
            "cluster-role-aggregation", 1, parts, (name, _) -> decide(roles.get("", name)));
    roles.onChange(_ -> enqueueAll());
  }

  /** Any role may be part of any aggregated one; there are few of those. */
  private void enqueueAll() {
    for (ClusterRole role : roles.list()) {
      if (role.aggregationRule() != null) {
        loop.add(role.metadata().name());
      }
    }
  }

  private Plan decide(Optional<ClusterRole> role) {
    return role.map(found -> decide(found, roles.list())).orElse(Plan.NOTHING);
  }

  /** Pure. */
  static Plan decide(ClusterRole role, Collection<ClusterRole> all) {
    AggregationRule aggregation = role.aggregationRule();
    if (aggregation == null) {
      return Plan.NOTHING;
    }
    List<ClusterRole> others =
        all.stream()
            .filter(other -> !other.metadata().name().equals(role.metadata().name()))
            .sorted(Comparator.comparing(other -> other.metadata().name()))
            .toList();
    Set<PolicyRule> rules = new LinkedHashSet<>();
    for (LabelSelector selector : aggregation.clusterRoleSelectors()) {
      Labels labels = Labels.of(Optional.of(selector));
      others.stream()
          .filter(other -> labels.matches(other.metadata().labels()))
          .forEach(other -> rules.addAll(other.rules()));
    }
    List<PolicyRule> wanted = List.copyOf(rules);
    return wanted.equals(role.rules())
        ? Plan.NOTHING
        : Plan.of(new Action.Update<>(ClusterRole.KIND, role.toBuilder().rules(wanted).build()));
  }

  @Override
  public KeyedController<?> keys() {
    return loop.keys();
  }
}
