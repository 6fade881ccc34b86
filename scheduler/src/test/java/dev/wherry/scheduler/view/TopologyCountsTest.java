package dev.wherry.scheduler.view;

import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.selector.Labels;
import dev.wherry.scheduler.Fixtures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The kept counts against a walk over all pods, after any changes. */
class TopologyCountsTest {
  private static final List<String> APPS = List.of("web", "db", "cache");
  private static final List<String> SPACES = List.of("default", "team-a", "team-b");
  private static final List<String> KEYS = List.of("zone", "kubernetes.io/hostname", "rack");
  private static final int STEPS = 60;

  @Property(tries = 150)
  void counts_afterAnyChanges_areWhatAWalkFinds(@ForAll long seed) {
    Walk walk = new Walk(new SplittableRandom(seed));
    for (int step = 0; step < STEPS; step++) {
      walk.change();
      walk.compare();
    }
  }

  @Test
  void meant_moreCountersThanAreKept_countsAnew() {
    ClusterSnapshot snapshot =
        ClusterSnapshot.EMPTY.with(
            node("n").label("zone", "a").build().with(pod("p").label("app", "7").build()));
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < TopologyCounts.COUNTERS_MAX + 10; i++) {
        AffinityTerm term = AffinityTerm.in("default", Labels.ofMap(Map.of("app", "" + i)), "zone");
        assertEquals(
            i == 7 ? 1 : 0, snapshot.counts().meant(List.of(term), "zone").pods("a"), "app " + i);
      }
    }
  }

  @Test
  void counts_askedFromAnOlderSnapshot_areThatSnapshots() {
    AffinityTerm term = AffinityTerm.in("default", Labels.ofMap(Map.of("app", "web")), "zone");
    NodeView empty = node("n").label("zone", "a").build();
    ClusterSnapshot before = ClusterSnapshot.EMPTY.with(empty);
    ClusterSnapshot after = before.with(empty.with(pod("p").label("app", "web").build()));

    assertEquals(1, after.counts().meant(List.of(term), "zone").pods("a"));
    assertEquals(0, before.counts().meant(List.of(term), "zone").pods("a"));
    assertEquals(1, after.counts().meant(List.of(term), "zone").total());
  }

  /** A cluster that changes by chance. */
  private static final class Walk {
    private final SplittableRandom random;
    private final Map<String, Map<String, String>> namespaces = new TreeMap<>();
    private final Map<PodKey, String> places = new HashMap<>();
    private ClusterSnapshot snapshot = ClusterSnapshot.EMPTY;
    private int named;

    Walk(SplittableRandom random) {
      this.random = random;
    }

    private <T> T any(List<T> list) {
      return list.get(random.nextInt(list.size()));
    }

    void change() {
      switch (random.nextInt(8)) {
        case 0 -> snapshot = snapshot.with(anyNode("n" + random.nextInt(6)));
        case 1 -> relabel();
        case 2 -> dropNode();
        case 3 -> relabelNamespace();
        case 4 -> dropPod();
        default -> place();
      }
    }

    private NodeView anyNode(String name) {
      Fixtures.NodeBuilder builder = node(name).label("kubernetes.io/hostname", name);
      if (random.nextInt(4) > 0) {
        builder.label("zone", "z" + random.nextInt(3));
      }
      if (random.nextBoolean()) {
        builder.label("rack", "r" + random.nextInt(2));
      }
      if (random.nextInt(4) == 0) {
        builder.taint("busy", Taint.NO_SCHEDULE);
      }
      NodeView fresh = builder.build();
      return snapshot.node(name).map(fresh::withPodsOf).orElse(fresh);
    }

    private void relabel() {
      if (snapshot.size() > 0) {
        snapshot = snapshot.with(anyNode(snapshot.at(random.nextInt(snapshot.size())).name()));
      }
    }

    private void dropNode() {
      if (snapshot.size() > 0 && random.nextBoolean()) {
        NodeView gone = snapshot.at(random.nextInt(snapshot.size()));
        gone.pods().forEach(pod -> places.remove(pod.key()));
        snapshot = snapshot.without(gone.name());
      }
    }

    private void relabelNamespace() {
      namespaces.put(any(SPACES), Map.of("tier", "t" + random.nextInt(2)));
      snapshot =
          snapshot.with(new Surroundings(new HashMap<>(namespaces), List.of(), new Nominations()));
    }

    private void place() {
      if (snapshot.size() == 0) {
        return;
      }
      NodeView node = snapshot.at(random.nextInt(snapshot.size()));
      Fixtures.PodBuilder builder =
          pod("p" + named++).in(any(SPACES)).label("app", any(APPS)).on(node.name());
      if (random.nextInt(3) == 0) {
        builder.far(anyTerm());
      }
      if (random.nextInt(3) == 0) {
        builder.near(anyTerm());
      }
      if (random.nextInt(4) == 0) {
        builder.deleting();
      }
      PodView pod = builder.build();
      places.put(pod.key(), node.name());
      snapshot = snapshot.with(node.with(pod));
    }

    private void dropPod() {
      if (!places.isEmpty()) {
        PodKey key = any(new ArrayList<>(places.keySet()));
        NodeView node = snapshot.node(places.remove(key)).orElseThrow();
        snapshot = snapshot.with(node.without(key));
      }
    }

    private AffinityTerm anyTerm() {
      Labels selector = Labels.ofMap(Map.of("app", any(APPS)));
      return switch (random.nextInt(3)) {
        case 0 -> AffinityTerm.in(any(SPACES), selector, any(KEYS));
        case 1 ->
            new AffinityTerm(
                Set.of(),
                Labels.ofMap(Map.of("tier", "t" + random.nextInt(2))),
                selector,
                any(KEYS));
        default -> new AffinityTerm(Set.of(), Labels.EVERYTHING, selector, any(KEYS));
      };
    }

    void compare() {
      compareMeant(anyTerm());
      compareSpread();
      compareHeld(pod("asks").in(any(SPACES)).label("app", any(APPS)).build());
    }

    private void compareMeant(AffinityTerm term) {
      Map<String, Integer> walked = new TreeMap<>();
      int total = 0;
      for (int i = 0; i < snapshot.size(); i++) {
        String domain = snapshot.at(i).labels().get(term.topologyKey());
        for (PodView pod : snapshot.at(i).pods()) {
          if (domain != null && means(term, pod)) {
            walked.merge(domain, 1, Integer::sum);
            total++;
          }
        }
      }
      DomainCounts counts = snapshot.counts().meant(List.of(term), term.topologyKey());
      assertEquals(total, counts.total());
      walked.forEach((domain, pods) -> assertEquals(pods, counts.pods(domain), domain));
    }

    private boolean means(AffinityTerm term, PodView pod) {
      String namespace = pod.key().namespace();
      return term.means(namespace, namespaces.getOrDefault(namespace, Map.of()), pod.labels());
    }

    private void compareSpread() {
      String app = any(APPS);
      String key = any(KEYS);
      boolean taints = random.nextBoolean();
      SpreadConstraint constraint =
          new SpreadConstraint(1, key, true, Labels.ofMap(Map.of("app", app)), 1, true, taints);
      PodView asks = pod("asks").spread(constraint).build();
      NodeScope scope = NodeScope.of(asks, constraint, List.of(key, "zone"));
      Map<String, Integer> walked = new TreeMap<>();
      for (int i = 0; i < snapshot.size(); i++) {
        NodeView node = snapshot.at(i);
        if (!scope.allows(node)) {
          continue;
        }
        walked.merge(node.labels().getOrDefault(key, ""), (int) matching(node, app), Integer::sum);
      }
      DomainCounts counts = snapshot.counts().spread("default", constraint, scope);
      assertEquals(walked.size(), counts.domains());
      walked.forEach((domain, pods) -> assertEquals(pods, counts.pods(domain), domain));
      int fewest = walked.values().stream().min(Integer::compare).orElse(0);
      assertEquals(fewest, counts.fewest(null, 0));
      compareShifted(walked, counts);
    }

    private void compareShifted(Map<String, Integer> walked, DomainCounts counts) {
      for (String domain : walked.keySet()) {
        Map<String, Integer> shifted = new TreeMap<>(walked);
        shifted.merge(domain, 2, Integer::sum);
        int fewest = shifted.values().stream().min(Integer::compare).orElse(0);
        assertEquals(fewest, counts.fewest(domain, 2), domain);
      }
    }

    private static long matching(NodeView node, String app) {
      return node.pods().stream()
          .filter(p -> p.key().namespace().equals("default") && !p.deleting())
          .filter(p -> app.equals(p.labels().get("app")))
          .count();
    }

    private void compareHeld(PodView asks) {
      Map<AffinityTerm, Integer> walked = new HashMap<>();
      for (int i = 0; i < snapshot.size(); i++) {
        NodeView node = snapshot.at(i);
        for (PodView pod : node.pods()) {
          for (AffinityTerm term : pod.affinities().requiredAnti()) {
            if (means(term, asks) && node.labels().containsKey(term.topologyKey())) {
              walked.merge(term, 1, Integer::sum);
            }
          }
        }
      }
      Map<AffinityTerm, Integer> kept = new HashMap<>();
      for (HeldTerm.Held held : snapshot.counts().meaning(asks)) {
        if (held.what().sort() == HeldTerm.Sort.REQUIRED_ANTI) {
          kept.put(held.what().term(), held.counts().total());
        }
      }
      assertEquals(walked, kept);
    }
  }
}
