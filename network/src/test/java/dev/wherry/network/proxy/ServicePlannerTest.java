package dev.wherry.network.proxy;

import static dev.wherry.network.proxy.Objects.FACTS;
import static dev.wherry.network.proxy.Objects.endpoint;
import static dev.wherry.network.proxy.Objects.ready;
import static dev.wherry.network.proxy.Objects.service;
import static dev.wherry.network.proxy.Objects.slice;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.nftables.Element;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServicePlannerTest {
  private static final String PORT = "name: http, port: 8080";
  private static final String ENDING = "ready: false, serving: true, terminating: true";
  private static final String DEAD = "ready: false, serving: false, terminating: true";

  /** Elements as text: set, key in hex, and where it leads. */
  private static Map<String, String> plan(Service service, EndpointSlice... slices) {
    Map<String, String> found = new TreeMap<>();
    ServicePlanner.plan(service, List.of(slices), FACTS)
        .elements()
        .forEach((place, claim) ->
            found.put(place.set() + " " + hex(place.key()), text(claim.element().value())));
    return found;
  }

  private static String text(Element.Value value) {
    return switch (value) {
      case Element.Value.None _ -> "";
      case Element.Value.Data(Bytes bytes) -> hex(bytes);
      case Element.Value.Goes(var verdict) -> verdict.chain().isEmpty() ? "drop" : verdict.chain();
    };
  }

  private static String hex(Bytes bytes) {
    return HexFormat.of().formatHex(bytes.toArray());
  }

  private static Service web(String more) {
    return service(
        "web",
        "spec: {clusterIPs: [10.43.0.10], ports: [{name: http, port: 80, nodePort: 30080}]"
            + more
            + "}");
  }

  @Test
  void plan_oneEndpoint_isTheseElements() {
    Map<String, String> plan = plan(web(""), slice("web", "IPv4", PORT, ready("10.42.0.2", "n1")));
    String vip = "0a2b000a" + "06000000" + "00500000";
    String port = "06000000" + "75800000";
    String endpoint = "0a2a0002" + "1f900000";
    assertEquals(
        new TreeMap<>(
            Map.of(
                "cluster-addresses4 0a2b000a",
                "",
                "hairpin4 0a2a00020a2a0002",
                "",
                "vip-dispatch4 " + vip,
                "pick-vip4-all-1-foreign",
                "vip-endpoints4 " + vip + "00000000",
                endpoint,
                "port-dispatch4 " + port,
                "pick-port4-all-1-masq",
                "port-endpoints4 " + port + "00000000",
                endpoint)),
        plan);
  }

  @ParameterizedTest
  @CsvSource({
    "type: ExternalName| externalName: x.example",
    "clusterIP: None| clusterIPs: [None]",
    "clusterIP: \"\"",
  })
  void plan_nothingVirtual_isEmpty(String spec) {
    Service service =
        service("web", "spec: {" + spec.replace('|', ',') + ", ports: [{name: http, port: 80}]}");
    assertTrue(plan(service, slice("web", "IPv4", PORT, ready("10.42.0.2", "n1"))).isEmpty());
  }

  @Test
  void plan_noEndpoint_isRefusedEverywhere() {
    Map<String, String> plan = plan(web(", externalIPs: [203.0.113.7]"));
    assertEquals(
        3, plan.values().stream().filter(chain -> chain.equals(BaseChains.REFUSE)).count());
    assertTrue(plan.keySet().stream().noneMatch(key -> key.contains("dispatch")), plan.toString());
  }

  @Test
  void plan_externalPolicyLocal_splitsInsideAndOutside() {
    Map<String, String> plan =
        plan(
            web(", externalTrafficPolicy: Local"),
            slice("web", "IPv4", PORT, ready("10.42.0.2", "n1"), ready("10.42.1.2", "n2")));
    assertEquals("pick-port4-local-1", only(plan, "port-outside4"));
    assertEquals("pick-port4-all-2-foreign", only(plan, "port-dispatch4"));
    assertEquals("pick-vip4-all-2-foreign", only(plan, "vip-dispatch4"));
    assertEquals(
        1, plan.keySet().stream().filter(k -> k.matches("port-endpoints4 .*00000100")).count());
  }

  @Test
  void plan_policyLocalAndNoneHere_drops() {
    EndpointSlice elsewhere = slice("web", "IPv4", PORT, ready("10.42.1.2", "n2"));
    Map<String, String> plan =
        plan(web(", externalTrafficPolicy: Local, internalTrafficPolicy: Local"), elsewhere);
    assertEquals("drop", only(plan, "port-outside4"));
    assertEquals("drop", only(plan, "vip-dispatch4"));
    assertEquals("pick-port4-all-1-foreign", only(plan, "port-dispatch4"));
  }

  private static String only(Map<String, String> plan, String set) {
    List<String> found =
        plan.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith(set + " "))
            .map(Map.Entry::getValue)
            .toList();
    assertEquals(1, found.size(), set + " in " + plan);
    return found.getFirst();
  }

  @Test
  void plan_readyAndEnding_readyOnes() {
    Map<String, String> plan =
        plan(
            web(""),
            slice(
                "web",
                "IPv4",
                PORT,
                endpoint("10.42.0.3", "n1", ENDING),
                ready("10.42.0.2", "n1"),
                endpoint("10.42.0.4", "n1", DEAD)));
    assertEquals("pick-vip4-all-1-foreign", only(plan, "vip-dispatch4"));
    assertEquals("0a2a00021f900000", only(plan, "vip-endpoints4"));
  }

  @Test
  void plan_onlyEnding_servesOnLocallyToo() {
    Map<String, String> plan =
        plan(
            web(", externalTrafficPolicy: Local"),
            slice(
                "web",
                "IPv4",
                PORT,
                endpoint("10.42.0.3", "n1", ENDING),
                ready("10.42.1.2", "n2")));
    assertEquals("pick-port4-local-1", only(plan, "port-outside4"));
    assertEquals("0a2a01021f900000", only(plan, "vip-endpoints4"));
  }

  @Test
  void plan_portNamesAndProtocols_mustMatch() {
    Service two =
        service(
            "dns",
            "spec: {clusterIP: 10.43.0.10, ports: [{name: dns, port: 53, protocol: UDP},"
                + " {name: dns-tcp, port: 53}]}");
    Map<String, String> plan =
        plan(
            two,
            slice("dns", "IPv4", "name: dns, protocol: UDP, port: 53", ready("10.42.0.2", "n1")));
    assertEquals(
        "pick-vip4-all-1-foreign", plan.get("vip-dispatch4 0a2b000a" + "11000000" + "00350000"));
    assertEquals(BaseChains.REFUSE, plan.get("vip-absent4 0a2b000a" + "06000000" + "00350000"));
  }

  @Test
  void plan_balancer_onlyAddressesItDeliversTo() {
    String ports = "spec: {type: %s, clusterIP: 10.43.0.10, ports: [{name: http, port: 80}]},";
    String status =
        " status: {loadBalancer: {ingress: [{ip: 203.0.113.1}, {ip: 203.0.113.2, ipMode: Proxy},"
            + " {hostname: x.example}]}}";
    EndpointSlice slice = slice("web", "IPv4", PORT, ready("10.42.0.2", "n1"));
    Map<String, String> plan =
        plan(service("web", ports.formatted("LoadBalancer") + status), slice);
    assertTrue(plan.containsKey("vip-dispatch4 cb007101" + "06000000" + "00500000"));
    assertEquals(2, plan.keySet().stream().filter(k -> k.startsWith("vip-dispatch4")).count());
    Map<String, String> inner = plan(service("web", ports.formatted("ClusterIP") + status), slice);
    assertEquals(1, inner.keySet().stream().filter(k -> k.startsWith("vip-dispatch4")).count());
  }

  @Test
  void plan_sticky_namesTheTimeoutAndTheLiving() {
    Map<String, String> plan =
        plan(
            web(
                ", sessionAffinity: ClientIP,"
                    + " sessionAffinityConfig: {clientIP: {timeoutSeconds: 7}}"),
            slice("web", "IPv4", PORT, ready("10.42.0.2", "n1")));
    assertEquals("pick-vip4-all-1-foreign-sticky7", only(plan, "vip-dispatch4"));
    assertTrue(
        plan.containsKey("vip-live-all4 0a2b000a" + "06000000" + "00500000" + "0a2a00021f900000"));
    assertEquals(
        "pick-vip4-all-1-foreign-sticky10800",
        only(
            plan(
                web(", sessionAffinity: ClientIP"),
                slice("web", "IPv4", PORT, ready("10.42.0.2", "n1"))),
            "vip-dispatch4"));
  }

  @Test
  void plan_dualStack_takesEachFamilysSlices() {
    Map<String, String> plan =
        plan(
            service(
                "web",
                "spec: {clusterIPs: [10.43.0.10, 'fd43::10'], ports: [{name: http, port: 80}]}"),
            slice("web", "IPv4", PORT, ready("10.42.0.2", "n1")),
            slice("web", "IPv6", PORT, ready("fd42::2", "n1"), ready("fd42::3", "n2")));
    assertEquals("pick-vip4-all-1-foreign", only(plan, "vip-dispatch4"));
    assertEquals("pick-vip6-all-2-foreign", only(plan, "vip-dispatch6"));
    assertEquals("fd420000000000000000000000000002".repeat(2), keyOf(plan, "hairpin6"));
  }

  private static String keyOf(Map<String, String> plan, String set) {
    return plan.keySet().stream()
        .filter(each -> each.startsWith(set + " "))
        .findFirst()
        .orElseThrow()
        .substring(set.length() + 1);
  }

  @Test
  void plan_slicesOverlap_countsAnEndpointOnce() {
    Map<String, String> plan =
        plan(
            web(""),
            slice("web", "IPv4", PORT, ready("10.42.0.2", "n1")),
            slice("web", "IPv4", PORT, ready("10.42.0.2", "n1"), ready("10.42.0.3", "n1")));
    assertEquals("pick-vip4-all-2-foreign", only(plan, "vip-dispatch4"));
  }
}
