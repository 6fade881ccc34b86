package dev.wherry.scheduler.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.core.v1.Affinity;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodAffinityTerm;
import dev.wherry.model.core.v1.PodAntiAffinity;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.TopologySpreadConstraint;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.scheduler.view.AffinityTerm;
import dev.wherry.scheduler.view.SpreadConstraint;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NeighbourReaderTest {
  private static final LabelSelector WEB =
      LabelSelector.builder().matchLabels(Map.of("app", "web")).build();

  private static Pod pod(PodSpec spec) {
    return Pod.builder()
        .metadata(
            ObjectMeta.builder()
                .namespace("team")
                .name("p")
                .labels(Map.of("app", "web", "hash", "1", "tenant", "red"))
                .build())
        .spec(spec)
        .build();
  }

  private static AffinityTerm far(PodAffinityTerm term) {
    Affinity affinity =
        Affinity.builder()
            .podAntiAffinity(
                PodAntiAffinity.builder()
                    .requiredDuringSchedulingIgnoredDuringExecution(List.of(term))
                    .build())
            .build();
    return NeighbourReader.affinities(pod(PodSpec.builder().affinity(affinity).build()))
        .requiredAnti()
        .getFirst();
  }

  private static boolean means(AffinityTerm term, String namespace, Map<String, String> labels) {
    return term.means(namespace, Map.of("tier", "front"), labels);
  }

  @Test
  void affinities_noNamespace_meansThePodsOwn() {
    AffinityTerm term =
        far(PodAffinityTerm.builder().labelSelector(WEB).topologyKey("zone").build());

    assertTrue(means(term, "team", Map.of("app", "web")));
    assertFalse(means(term, "other", Map.of("app", "web")));
  }

  @Test
  void affinities_emptyNamespaceSelector_meansAll() {
    AffinityTerm term =
        far(
            PodAffinityTerm.builder()
                .labelSelector(WEB)
                .namespaceSelector(LabelSelector.EMPTY)
                .topologyKey("zone")
                .build());

    assertTrue(means(term, "other", Map.of("app", "web")));
  }

  @Test
  void affinities_noSelector_meansNoPod() {
    AffinityTerm term = far(PodAffinityTerm.builder().topologyKey("zone").build());

    assertFalse(means(term, "team", Map.of("app", "web")));
  }

  @Test
  void affinities_labelKeys_takeThePodsOwnValues() {
    AffinityTerm term =
        far(
            PodAffinityTerm.builder()
                .labelSelector(WEB)
                .matchLabelKeys(List.of("hash", "absent"))
                .mismatchLabelKeys(List.of("tenant"))
                .topologyKey("zone")
                .build());

    assertTrue(means(term, "team", Map.of("app", "web", "hash", "1", "tenant", "blue")));
    assertFalse(means(term, "team", Map.of("app", "web", "hash", "2", "tenant", "blue")));
    assertFalse(means(term, "team", Map.of("app", "web", "hash", "1", "tenant", "red")));
  }

  @Test
  void spread_defaults_areUpstreams() {
    SpreadConstraint constraint =
        NeighbourReader.spread(
                pod(
                    PodSpec.builder()
                        .topologySpreadConstraints(
                            List.of(
                                TopologySpreadConstraint.builder()
                                    .labelSelector(WEB)
                                    .matchLabelKeys(List.of("hash"))
                                    .maxSkew(2)
                                    .topologyKey("zone")
                                    .whenUnsatisfiable("ScheduleAnyway")
                                    .build()))
                        .build()))
            .getFirst();

    assertEquals(1, constraint.domainsMin());
    assertEquals(2, constraint.skewMax());
    assertFalse(constraint.required());
    assertTrue(constraint.honorsAffinity());
    assertFalse(constraint.honorsTaints());
    assertTrue(constraint.selector().matches(Map.of("app", "web", "hash", "1")));
    assertFalse(constraint.selector().matches(Map.of("app", "web", "hash", "2")));
  }
}
