package dev.wherry.controllers.roles;

import static dev.wherry.controllers.Fixtures.meta;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.rbac.v1.AggregationRule;
import dev.wherry.model.rbac.v1.ClusterRole;
import dev.wherry.model.rbac.v1.PolicyRule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoleAggregationTest {
  private static PolicyRule rule(String resource) {
    return PolicyRule.builder().resources(List.of(resource)).verbs(List.of("get")).build();
  }

  private static ClusterRole role(String name, String label, PolicyRule... rules) {
    return ClusterRole.builder()
        .metadata(meta("", name).labels(Map.of(label, "true")).build())
        .rules(List.of(rules))
        .build();
  }

  private static ClusterRole aggregated(PolicyRule... rules) {
    LabelSelector selector = LabelSelector.builder().matchLabels(Map.of("to-view", "true")).build();
    return role("view", "to-view", rules).toBuilder()
        .aggregationRule(AggregationRule.builder().clusterRoleSelectors(List.of(selector)).build())
        .build();
  }

  @Test
  void decide_newRole_addsItsRulesOnceByName() {
    ClusterRole view = aggregated(rule("pods"));
    Plan plan =
        RoleAggregation.decide(
            view,
            List.of(
                view,
                role("b", "to-view", rule("widgets"), rule("pods")),
                role("a", "to-view", rule("pods")),
                role("c", "to-edit", rule("secrets"))));
    assertEquals(
        List.of(
            new Action.Update<>(
                ClusterRole.KIND,
                view.toBuilder().rules(List.of(rule("pods"), rule("widgets"))).build())),
        plan.actions());
  }

  @Test
  void decide_sameRules_writesNothing() {
    ClusterRole view = aggregated(rule("pods"));
    assertEquals(
        Plan.NOTHING,
        RoleAggregation.decide(view, List.of(view, role("a", "to-view", rule("pods")))));
  }

  @Test
  void decide_partsGone_emptiesTheRole() {
    ClusterRole view = aggregated(rule("pods"));
    Plan plan = RoleAggregation.decide(view, List.of(view));
    assertEquals(
        List.of(new Action.Update<>(ClusterRole.KIND, view.toBuilder().rules(List.of()).build())),
        plan.actions());
  }
}
