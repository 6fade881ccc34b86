package dev.wherry.apiserver.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClaimsTest {
  private static final KindInfo SERVICE = new KindInfo("", "v1", "Service", "services", true);

  private final Claims claims = claims(_ -> false, "10.43.0.0/16");

  private static Claims claims(Predicate<String> taken, String... ranges) {
    return new Claims(
        new ServiceRanges(Stream.of(ranges).map(AddressRange::parse).toList(), List::of),
        new Random(7),
        taken,
        _ -> false,
        (_, _) -> {});
  }

  private static ObjectNode service(String type, String policy) {
    ObjectNode service = Json.object();
    service
        .putObject("spec")
        .put("type", type)
        .put("externalTrafficPolicy", policy)
        .putArray("ports")
        .addObject()
        .put("port", 80);
    return service;
  }

  private static int port(ObjectNode service) {
    return service.path("spec").path("healthCheckNodePort").asInt();
  }

  @Test
  void addresses_smallRange_areAllGivenOutTheLowerOnesLast() {
    Set<String> given = new LinkedHashSet<>();
    Claims small = claims(given::contains, "10.9.0.0/27");
    for (int i = 0; i < 30; i++) {
      ObjectNode service = service("ClusterIP", "");
      small.allocate(SERVICE, service, Json.object()).close();
      given.addAll(small.of(SERVICE, service));
    }
    assertEquals(30, given.size());
    assertFalse(given.stream().limit(14).anyMatch("/claims/serviceip/10.9.0.10"::equals));
    ObjectNode late = service("ClusterIP", "");
    assertThrows(ApiException.class, () -> small.allocate(SERVICE, late, Json.object()));
  }

  @Test
  void addresses_chosenAndNotYetWritten_areNobodyElses() {
    Claims small = claims(_ -> false, "10.9.0.0/30");
    Claims.Held one = small.allocate(SERVICE, service("NodePort", ""), Json.object());
    ObjectNode named = service("ClusterIP", "");
    named.withObject("/spec").put("clusterIP", "10.9.0.1").putArray("clusterIPs").add("10.9.0.1");
    Claims.Held two = small.allocate(SERVICE, service("NodePort", ""), Json.object());
    ObjectNode third = service("ClusterIP", "");
    assertThrows(ApiException.class, () -> small.allocate(SERVICE, third, Json.object()));
    one.close();
    two.close();
    try (Claims.Held _ = small.allocate(SERVICE, named, Json.object())) {
      ObjectNode other = service("ClusterIP", "");
      small.allocate(SERVICE, other, Json.object()).close();
      assertEquals("10.9.0.2", other.at("/spec/clusterIP").asText());
    }
  }

  @Test
  void healthCheck_localBalancer_getsAPortAndKeepsIt() {
    ObjectNode first = service("LoadBalancer", "Local");
    claims.allocate(SERVICE, first, Json.object()).close();
    assertTrue(port(first) >= 30_000, first.toString());
    assertTrue(claims.of(SERVICE, first).contains("/claims/nodeport/TCP/" + port(first)));

    ObjectNode same = service("LoadBalancer", "Local");
    claims.allocate(SERVICE, same, first).close();
    assertEquals(port(first), port(same));

    ObjectNode spread = first.deepCopy();
    spread.withObject("/spec").put("externalTrafficPolicy", "Cluster");
    claims.allocate(SERVICE, spread, first).close();
    assertFalse(spread.path("spec").has("healthCheckNodePort"));
  }

  @Test
  void nodePort_serviceThatBecomesAName_isGivenUp() {
    ObjectNode first = service("NodePort", "Cluster");
    claims.allocate(SERVICE, first, Json.object()).close();
    assertTrue(first.at("/spec/ports/0/nodePort").asInt() >= 30_000, first.toString());
    ObjectNode name = first.deepCopy();
    name.withObject("/spec").put("type", "ExternalName").put("externalName", "a.test");
    claims.allocate(SERVICE, name, first).close();
    assertTrue(claims.of(SERVICE, name).isEmpty(), name.toString());
    assertFalse(name.path("spec").has("ipFamilies"));
  }

  private static int nodePort(ObjectNode service) {
    return service.at("/spec/ports/0/nodePort").asInt();
  }

  @Test
  void nodePort_replacedWithoutOne_isKeptForTheSamePort() {
    ObjectNode first = service("NodePort", "Cluster");
    claims.allocate(SERVICE, first, Json.object()).close();
    ObjectNode same = service("LoadBalancer", "Cluster");
    claims.allocate(SERVICE, same, first).close();
    assertEquals(nodePort(first), nodePort(same));

    ObjectNode other = service("NodePort", "Cluster");
    ((ObjectNode) other.at("/spec/ports/0")).put("port", 81);
    claims.allocate(SERVICE, other, first).close();
    assertTrue(nodePort(other) >= 30_000 && nodePort(other) != nodePort(first), other.toString());
  }

  @Test
  void nodePort_balancerThatWantsNone_getsOnlyWhatItNames() {
    ObjectNode none = service("LoadBalancer", "Cluster");
    none.withObject("/spec").put("allocateLoadBalancerNodePorts", false);
    claims.allocate(SERVICE, none, Json.object()).close();
    assertFalse(none.at("/spec/ports/0").has("nodePort"), none.toString());

    ((ObjectNode) none.at("/spec/ports/0")).put("nodePort", 31_000);
    claims.allocate(SERVICE, none, Json.object()).close();
    assertEquals(31_000, nodePort(none));
  }

  @Test
  void nodePort_namedAndNotToBeHad_isToldByItsPlace() {
    ObjectNode two = service("NodePort", "Cluster");
    ((ObjectNode) two.at("/spec/ports/0")).put("nodePort", 30_001);
    two.withObject("/spec").withArray("ports").addObject().put("port", 81).put("nodePort", 80);
    ApiException range =
        assertThrows(
            ApiException.class, () -> Claims.check(SERVICE, two, "/claims/nodeport/TCP/80"));
    assertTrue(
        String.valueOf(range.getMessage())
            .contains(
                "spec.ports[1].nodePort: Invalid value: 80: provided port is not in the valid"
                    + " range. The range of valid ports is 30000-32767"),
        range.getMessage());
    String taken =
        String.valueOf(Claims.taken(SERVICE, two, "/claims/nodeport/TCP/30001").getMessage());
    assertTrue(taken.contains("spec.ports[0].nodePort: Invalid value: 30001: provided"), taken);
    ObjectNode local = service("LoadBalancer", "Local");
    local.withObject("/spec").put("healthCheckNodePort", 80);
    ApiException health =
        assertThrows(
            ApiException.class, () -> Claims.check(SERVICE, local, "/claims/nodeport/TCP/80"));
    assertTrue(
        String.valueOf(health.getMessage())
            .contains("failed to allocate requested HealthCheck NodePort 80: provided port"),
        health.getMessage());
  }

  @Test
  void healthCheck_otherTypes_getNone() {
    ObjectNode ports = service("NodePort", "Local");
    claims.allocate(SERVICE, ports, Json.object()).close();
    assertFalse(ports.path("spec").has("healthCheckNodePort"));
  }
}
