package dev.wherry.network.proxy;

import static dev.wherry.network.proxy.Objects.FACTS;
import static dev.wherry.network.proxy.Objects.ready;
import static dev.wherry.network.proxy.Objects.service;
import static dev.wherry.network.proxy.Objects.slice;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.Bytes;
import dev.wherry.network.nftables.Element;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DesiredTableTest {
  private static ObjectKey key(String name) {
    return new ObjectKey("ns", name);
  }

  /** A Service at 10.43.0.{@code number} with so many endpoints. */
  private static ServicePlan plan(int number, int endpoints, String more) {
    List<String> ready = new ArrayList<>();
    for (int i = 0; i < endpoints; i++) {
      ready.add(ready("10.42." + number + "." + (i + 2), "n1"));
    }
    return ServicePlanner.plan(
        service(
            "s" + number,
            "spec: {clusterIP: 10.43.0." + number + ", ports: [{name: p, port: 80}]" + more + "}"),
        List.of(slice("s" + number, "IPv4", "name: p, port: 80", ready.toArray(String[]::new))),
        FACTS);
  }

  private static Map<ObjectKey, ServicePlan> one(int number, int endpoints) {
    return Map.of(key("s" + number), plan(number, endpoints, ""));
  }

  @Test
  void update_samePlan_isNoChange() {
    DesiredTable table = new DesiredTable();
    Changes _ = table.update(one(1, 3));
    assertTrue(table.update(one(1, 3)).isEmpty());
  }

  @Test
  void update_oneMoreEndpoint_touchesThatAlone() {
    DesiredTable table = new DesiredTable();
    for (int i = 1; i <= 100; i++) {
      Changes _ = table.update(one(i, 3));
    }
    Changes changes = table.update(one(7, 4));
    assertEquals(Set.of("vip-dispatch4"), changes.removed().keySet());
    assertEquals(Set.of("vip-dispatch4", "vip-endpoints4", "hairpin4"), changes.added().keySet());
    assertEquals(4, changes.size());
    assertEquals(List.of("pick-vip4-all-4-foreign"), names(changes.newChains()));
    assertEquals(List.of(), names(changes.oldChains()));
    Changes back = table.update(one(7, 3));
    assertEquals(List.of("pick-vip4-all-4-foreign"), names(back.oldChains()));
  }

  private static List<String> names(List<OwnedChain> chains) {
    return chains.stream().map(OwnedChain::name).toList();
  }

  @Test
  void update_twoClaimOneAddress_theAllottedOneWins() {
    DesiredTable table = new DesiredTable();
    ServicePlan owner = plan(1, 1, "");
    ServicePlan thief = plan(2, 1, ", externalIPs: [10.43.0.1]");
    Changes _ = table.update(Map.of(key("a-thief"), thief));
    Changes taken = table.update(Map.of(key("s1"), owner));
    assertEquals(1, taken.removed().get("vip-endpoints4").size(), "taken from the other");
    Changes freed = table.update(Map.of(key("s1"), ServicePlan.NOTHING));
    assertEquals(1, freed.added().get("vip-endpoints4").size(), "left to the other");
    Changes gone = table.update(Map.of(key("a-thief"), ServicePlan.NOTHING));
    assertTrue(gone.added().isEmpty());
    assertTrue(table.whole().isEmpty());
  }

  @Test
  void update_endpointsSharedByServices_stayUntilTheLastGoes() {
    DesiredTable table = new DesiredTable();
    ServicePlan one = plan(1, 1, "");
    Changes _ = table.update(Map.of(key("x"), one));
    Changes _ = table.update(Map.of(key("y"), one));
    assertTrue(table.update(Map.of(key("x"), ServicePlan.NOTHING)).isEmpty());
    assertEquals(4, table.update(Map.of(key("y"), ServicePlan.NOTHING)).size());
  }

  /** The differences, one after the other, make what the plans make from nothing. */
  @Property(tries = 200)
  void update_anyOrder_endsAsFromScratch(
      @ForAll @Size(max = 30) List<@IntRange(min = 0, max = 59) Integer> steps) {
    DesiredTable table = new DesiredTable();
    Map<String, Map<Bytes, Element>> kernel = new HashMap<>();
    Set<String> chains = new HashSet<>();
    Map<ObjectKey, ServicePlan> last = new TreeMap<>();
    for (int step : steps) {
      int number = step / 10;
      ServicePlan next =
          step % 5 == 0
              ? ServicePlan.NOTHING
              : plan(number, step % 5 - 1, step % 2 == 0 ? "" : ", externalIPs: [10.43.0.1]");
      last.put(key("s" + number), next);
      apply(table.update(Map.of(key("s" + number), next)), kernel, chains);
    }
    DesiredTable fresh = new DesiredTable();
    Map<String, Map<Bytes, Element>> wanted = new HashMap<>();
    Set<String> wantedChains = new HashSet<>();
    apply(fresh.update(last), wanted, wantedChains);
    kernel.values().removeIf(Map::isEmpty);
    assertEquals(wanted, kernel);
    assertEquals(wantedChains, chains);
    Map<String, Map<Bytes, Element>> whole = new HashMap<>();
    apply(table.whole(), whole, new HashSet<>());
    assertEquals(wanted, whole);
  }

  /** What the kernel does; it refuses what does not fit. */
  private static void apply(
      Changes changes, Map<String, Map<Bytes, Element>> kernel, Set<String> chains) {
    changes.newChains().forEach(chain -> assertTrue(chains.add(chain.name()), "chain is new"));
    changes
        .removed()
        .forEach((set, elements) ->
            elements.forEach(e -> assertEquals(e, kernel.get(set).remove(e.key()), "was there")));
    changes
        .added()
        .forEach((set, elements) ->
            elements.forEach(e -> {
              Element before = kernel.computeIfAbsent(set, _ -> new HashMap<>()).put(e.key(), e);
              assertEquals(null, before, "was not there");
            }));
    changes.oldChains().forEach(chain -> assertTrue(chains.remove(chain.name()), "chain was"));
  }
}
