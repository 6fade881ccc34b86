package dev.wherry.controllers.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Fixtures;
import dev.wherry.machinery.dns.NodeDns;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAddress;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterDnsServiceTest {
  private static final String ADDRESS = "10.43.0.10";

  private static Node node(String name, String address, String ports) {
    Node bare = Fixtures.node(name, "True");
    return bare.toBuilder()
        .metadata(
            bare.metadata().toBuilder().annotations(Map.of(NodeDns.ANNOTATION, ports)).build())
        .status(
            bare.status().toBuilder()
                .addresses(
                    List.of(
                        NodeAddress.builder().type("Hostname").address(name).build(),
                        NodeAddress.builder().type("InternalIP").address(address).build()))
                .build())
        .build();
  }

  private static Plan decide(Node node, boolean served, Optional<EndpointSlice> present) {
    return ClusterDnsService.decideNode(node.metadata().name(), served, Optional.of(node), present);
  }

  private static EndpointSlice created(Node node) {
    Action action = decide(node, true, Optional.empty()).actions().getFirst();
    return (EndpointSlice) assertInstanceOf(Action.Create.class, action).object();
  }

  @Test
  void decide_noService_makesOneAsUpstreamHasIt() {
    Action action = ClusterDnsService.decideService(ADDRESS, Optional.empty()).actions().getFirst();
    Service service = (Service) assertInstanceOf(Action.Create.class, action).object();

    assertEquals("kube-system", service.metadata().namespace());
    assertEquals("kube-dns", service.metadata().name());
    assertEquals("kube-dns", service.metadata().labels().get("k8s-app"));
    assertEquals(ADDRESS, service.spec().clusterIP());
    assertEquals("Local", service.spec().internalTrafficPolicy());
    assertEquals(
        List.of("dns UDP 53", "dns-tcp TCP 53", "metrics TCP 9153"),
        service.spec().ports().stream()
            .map(port -> port.name() + " " + port.protocol() + " " + port.port())
            .toList());
    assertEquals(Plan.NOTHING, ClusterDnsService.decideService(ADDRESS, Optional.of(service)));
  }

  @Test
  void decide_withoutBuiltInDns_takesAwayOursOnly() {
    Service ours = DnsObjects.service(ADDRESS);
    Service coreDns =
        ours.toBuilder().metadata(ObjectMeta.builder().name("kube-dns").build()).build();

    assertInstanceOf(
        Action.Delete.class,
        ClusterDnsService.decideService("", Optional.of(ours)).actions().getFirst());
    assertEquals(Plan.NOTHING, ClusterDnsService.decideService("", Optional.of(coreDns)));
    assertEquals(Plan.NOTHING, ClusterDnsService.decideService("", Optional.empty()));
  }

  @Test
  void decide_nodeThatAnswers_getsASlice() {
    EndpointSlice slice = created(node("n1", "192.0.2.1", "10053,9153"));

    assertEquals("kube-dns-n1", slice.metadata().name());
    assertEquals("kube-dns", slice.metadata().labels().get("kubernetes.io/service-name"));
    assertEquals("uid-n1", slice.metadata().ownerReferences().getFirst().uid());
    assertEquals("IPv4", slice.addressType());
    assertEquals(List.of("192.0.2.1"), slice.endpoints().getFirst().addresses());
    assertEquals("n1", slice.endpoints().getFirst().nodeName());
    assertEquals(
        List.of("dns UDP 10053", "dns-tcp TCP 10053", "metrics TCP 9153"),
        slice.ports().stream()
            .map(port -> port.name() + " " + port.protocol() + " " + port.port())
            .toList());
    assertTrue(decide(node("n1", "192.0.2.1", "10053,9153"), true, Optional.of(slice)).isEmpty());
  }

  @Test
  void decide_nodeChanges_sliceFollows() {
    Optional<EndpointSlice> slice = Optional.of(created(node("n1", "192.0.2.1", "10053,9153")));

    Action update = decide(node("n1", "192.0.2.1", "2000,2001"), true, slice).actions().getFirst();
    assertEquals(
        2000,
        ((EndpointSlice) assertInstanceOf(Action.Update.class, update).object())
            .ports()
            .getFirst()
            .port());
    for (Plan plan :
        List.of(
            decide(node("n1", "2001:db8::1", "10053,9153"), true, slice),
            decide(node("n1", "192.0.2.1", "nonsense"), true, slice),
            decide(node("n1", "192.0.2.1", "10053,9153"), false, slice),
            ClusterDnsService.decideNode("n1", true, Optional.empty(), slice))) {
      assertInstanceOf(Action.Delete.class, plan.actions().getFirst());
    }
    assertTrue(decide(Fixtures.node("n1", "True"), true, Optional.empty()).isEmpty());
  }

  @Test
  void sliceName_longNode_isCutAndItsOwn() {
    String one = DnsObjects.sliceName("a".repeat(252) + "1");
    String other = DnsObjects.sliceName("a".repeat(252) + "2");

    assertTrue(one.length() <= 253 && !one.equals(other), one);
  }
}
