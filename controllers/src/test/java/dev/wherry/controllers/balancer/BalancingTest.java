package dev.wherry.controllers.balancer;

import static dev.wherry.controllers.Fixtures.meta;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.lease.AddressLeases;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.core.v1.DaemonEndpoint;
import dev.wherry.model.core.v1.LoadBalancerIngress;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAddress;
import dev.wherry.model.core.v1.NodeCondition;
import dev.wherry.model.core.v1.NodeDaemonEndpoints;
import dev.wherry.model.core.v1.NodeStatus;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.core.v1.ServiceSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BalancingTest {
  private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");
  private static final int API_SERVER = 6443;
  private static final int KUBELET = 10250;

  private final List<Node> nodes =
      new ArrayList<>(List.of(node("a", "10.0.0.1", "True"), node("b", "10.0.0.2", "True")));
  private Set<String> withEndpoints = Set.of();

  private static Node node(String name, String ip, String ready) {
    return Node.builder()
        .metadata(meta("", name).build())
        .status(
            NodeStatus.builder()
                .addresses(
                    List.of(
                        NodeAddress.builder().type("Hostname").address(name).build(),
                        NodeAddress.builder().type("InternalIP").address(ip).build()))
                .conditions(List.of(NodeCondition.builder().type("Ready").status(ready).build()))
                .daemonEndpoints(
                    NodeDaemonEndpoints.builder()
                        .kubeletEndpoint(DaemonEndpoint.builder().Port(KUBELET).build())
                        .build())
                .build())
        .build();
  }

  private static Service service(String name, int port, int ageSeconds) {
    return Service.builder()
        .metadata(meta("default", name).creationTimestamp(NOW.minusSeconds(ageSeconds)).build())
        .spec(
            ServiceSpec.builder()
                .type("LoadBalancer")
                .ipFamilies(List.of("IPv4"))
                .ports(List.of(ServicePort.builder().protocol("TCP").port(port).build()))
                .build())
        .build();
  }

  private Plan decide(Service... services) {
    return decide(AddressPool.EMPTY, List.of(), services);
  }

  private Plan decide(AddressPool pool, List<Lease> leases, Service... services) {
    PoolAddresses addresses = new PoolAddresses(pool, leases, NOW);
    return new Balancing(nodes, API_SERVER, _ -> withEndpoints, addresses, NOW)
        .decide(List.of(services));
  }

  /** The services as a plan leaves them, by name. */
  private static Map<String, Service> written(Plan plan) {
    Map<String, Service> all = new java.util.TreeMap<>();
    for (Action action : plan.actions()) {
      if (action instanceof Action.UpdateStatus<?> update
          && update.object() instanceof Service service) {
        all.put(service.metadata().name(), service);
      }
    }
    return all;
  }

  private static List<String> addresses(Service service) {
    return service.status().loadBalancer().ingress().stream().map(LoadBalancerIngress::ip).toList();
  }

  @Test
  void decide_newService_getsEveryReadyNodesAddressOnce() {
    nodes.add(node("c", "10.0.0.3", "False"));
    Service after = written(decide(service("web", 80, 1))).get("web");
    assertEquals(List.of("10.0.0.1", "10.0.0.2"), addresses(after));
    assertEquals("VIP", after.status().loadBalancer().ingress().getFirst().ipMode());
    assertEquals(Plan.NOTHING, decide(after));
  }

  @Test
  void decide_excludedNode_isLeftOut() {
    Node b = nodes.getLast();
    nodes.set(
        1,
        b.toBuilder()
            .metadata(b.metadata().toBuilder().labels(Map.of(Balancing.EXCLUDED, "")).build())
            .build());
    assertEquals(List.of("10.0.0.1"), addresses(written(decide(service("web", 80, 1))).get("web")));
  }

  @Test
  void decide_localTraffic_getsOnlyNodesWithEndpoints() {
    Service web = service("web", 80, 1);
    Service local =
        web.toBuilder().spec(web.spec().toBuilder().externalTrafficPolicy("Local").build()).build();
    assertEquals(Plan.NOTHING, decide(local));
    withEndpoints = Set.of("b");
    assertEquals(List.of("10.0.0.2"), addresses(written(decide(local)).get("web")));
  }

  @Test
  void decide_twoOfOnePort_theOlderHasItAndTheOtherSaysWhy() {
    Map<String, Service> after = written(decide(service("new", 80, 1), service("old", 80, 9)));
    assertEquals(List.of("10.0.0.1", "10.0.0.2"), addresses(after.get("old")));
    Service refused = after.get("new");
    assertEquals(List.of(), addresses(refused));
    assertEquals(BalancerStatus.PORTS_ERROR, refused.status().conditions().getFirst().type());
    assertTrue(refused.status().conditions().getFirst().message().contains("TCP 80"));
    assertEquals(Plan.NOTHING, decide(refused, after.get("old")));

    Service freed = written(decide(refused)).get("new");
    assertEquals(2, addresses(freed).size());
    assertEquals(List.of(), freed.status().conditions());
  }

  @ParameterizedTest
  @ValueSource(ints = {API_SERVER, KUBELET, Balancing.SSH_PORT})
  void decide_portsOfTheClusterItself_areNeverGiven(int port) {
    Service after = written(decide(service("thief", port, 1))).get("thief");
    assertEquals(List.of(), addresses(after));
    assertEquals(1, after.status().conditions().size());
  }

  private static List<Lease> leases(Plan plan) {
    List<Lease> all = new ArrayList<>();
    for (Action action : plan.actions()) {
      if (action instanceof Action.Create<?> made && made.object() instanceof Lease lease) {
        all.add(lease);
      } else if (action instanceof Action.Update<?> moved
          && moved.object() instanceof Lease lease) {
        all.add(lease);
      }
    }
    return all;
  }

  @Test
  void decide_withPool_eachServiceGetsAnAddressAndTheAddressANode() {
    AddressPool pool = AddressPool.parse(List.of("10.0.9.8-10.0.9.9"));
    Plan first =
        decide(pool, List.of(), service("a", 22, 3), service("b", 22, 2), service("late", 80, 1));
    Map<String, Service> after = written(first);
    assertEquals(List.of("10.0.9.8"), addresses(after.get("a")));
    assertEquals(List.of("10.0.9.9"), addresses(after.get("b")));
    var problem = after.get("late").status().conditions().getFirst();
    assertEquals("PoolExhausted", problem.reason());
    List<Lease> leases = leases(first);
    assertEquals(2, leases.size());
    assertEquals("10.0.9.8", AddressLeases.address(leases.getFirst()));
    String holder = leases.getFirst().spec().holderIdentity();
    assertTrue(holder.equals("a") || holder.equals("b"), holder);
    assertEquals(
        Plan.NOTHING, decide(pool, leases, after.get("a"), after.get("b"), after.get("late")));

    nodes.removeIf(node -> node.metadata().name().equals(holder));
    Plan moved = decide(pool, leases, after.get("a"), after.get("b"), after.get("late"));
    Lease taken =
        leases(moved).stream()
            .filter(lease -> AddressLeases.address(lease).equals("10.0.9.8"))
            .findFirst()
            .orElseThrow();
    assertEquals(nodes.getFirst().metadata().name(), taken.spec().holderIdentity());
    assertEquals(1, taken.spec().leaseTransitions());

    Plan freed = decide(pool, leases, after.get("b"), after.get("late"));
    assertEquals(List.of("10.0.9.8"), addresses(written(freed).get("late")));
  }

  @Test
  void decide_nodesThatAreNotOnTheAddresssNetwork_answerOnlyWhereThereAreNoOthers() {
    nodes.set(1, node("b", "10.79.3.2", "True"));
    for (int last = 1; last <= 8; last++) {
      AddressPool pool = AddressPool.parse(List.of("10.0.0." + (100 + last)));
      Lease lease = leases(decide(pool, List.of(), service("web", 80, 3))).getFirst();
      assertEquals("a", lease.spec().holderIdentity(), pool.toString());
    }
    AddressPool away = AddressPool.parse(List.of("192.0.2.1"));
    List<Lease> leases = leases(decide(away, List.of(), service("web", 80, 3)));
    assertFalse(leases.getFirst().spec().holderIdentity().isEmpty());
  }

  @Test
  void decide_serviceOfAGateway_leavesTheAddressToTheIngress() {
    AddressPool pool = AddressPool.parse(List.of("10.0.9.8"));
    Service plain = service("gw", 80, 3);
    List<Lease> leases = leases(decide(pool, List.of(), plain));
    assertFalse(AddressLeases.isOfIngress(leases.getFirst()));
    Service gateway =
        plain.toBuilder()
            .metadata(
                plain.metadata().toBuilder()
                    .labels(Map.of(AddressLeases.PROXY_LABEL, AddressLeases.INGRESS_PROXY))
                    .build())
            .build();
    List<Lease> after = leases(decide(pool, leases, gateway));
    assertTrue(AddressLeases.isOfIngress(after.getFirst()), "also an address that was another's");
  }

  @Test
  void decide_addressAskedFor_isGivenOrSaysWhyNot() {
    AddressPool pool = AddressPool.parse(List.of("10.0.9.0/30"));
    Service wants = service("a", 80, 3);
    Service a =
        wants.toBuilder().spec(wants.spec().toBuilder().loadBalancerIP("10.0.9.2").build()).build();
    Service thief = a.toBuilder().metadata(service("b", 80, 1).metadata()).build();
    Service outside =
        a.toBuilder()
            .metadata(service("c", 80, 1).metadata())
            .spec(a.spec().toBuilder().loadBalancerIP("10.0.8.1").build())
            .build();
    Map<String, Service> after = written(decide(pool, List.of(), a, thief, outside));
    assertEquals(List.of("10.0.9.2"), addresses(after.get("a")));
    assertEquals(
        "address 10.0.9.2 belongs to the Service default/a",
        after.get("b").status().conditions().getFirst().message());
    assertEquals("AddressNotInPool", after.get("c").status().conditions().getFirst().reason());
  }

  @Test
  void decide_nodesClassBesideAPool_getsNodesAndLeasesOfNobodyGo() {
    AddressPool pool = AddressPool.parse(List.of("10.0.9.9"));
    Service web = service("web", 80, 1);
    Service onNodes =
        web.toBuilder()
            .spec(web.spec().toBuilder().loadBalancerClass(Balancing.CLASS).build())
            .build();
    Plan first = decide(pool, List.of(), web);
    Plan after = decide(pool, leases(first), onNodes);
    assertEquals(List.of("10.0.0.1", "10.0.0.2"), addresses(written(after).get("web")));
    assertTrue(
        after.actions().stream()
            .anyMatch(action ->
                action instanceof Action.Delete gone
                    && gone.name().equals("wherry-address-10-0-9-9")));
  }

  @Test
  void decide_classOfAnother_isLeftAlone() {
    Service web = service("web", 80, 1);
    Service others =
        web.toBuilder()
            .spec(web.spec().toBuilder().loadBalancerClass("example.com/metal").build())
            .build();
    assertEquals(Plan.NOTHING, decide(others));
  }

  @Test
  void decide_typeChanged_takesTheAddressesAway() {
    Service given = written(decide(service("web", 80, 1))).get("web");
    Service plain =
        given.toBuilder().spec(given.spec().toBuilder().type("ClusterIP").build()).build();
    assertEquals(List.of(), addresses(written(decide(plain)).get("web")));
  }
}
