package dev.wherry.network.ingress.kinds;

import static dev.wherry.network.ingress.kinds.GatewayObjects.cluster;
import static dev.wherry.network.ingress.kinds.GatewayObjects.condition;
import static dev.wherry.network.ingress.kinds.GatewayObjects.gateway;
import static dev.wherry.network.ingress.kinds.GatewayObjects.route;
import static dev.wherry.network.ingress.kinds.GatewayObjects.status;
import static dev.wherry.network.ingress.kinds.GatewayObjects.to;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.core.v1.Service;
import dev.wherry.network.ingress.kinds.FakeCluster.Request;
import dev.wherry.network.ingress.route.PortTable;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GatewayAddressesTest {
  private static final String HTTP = "{name: http, port: 80, protocol: HTTP}";

  private static String service(String gateway, String address) {
    return """
    {metadata: {namespace: ns, name: %1$s-w, labels: {gateway.networking.k8s.io/gateway-name: %1$s,
      service.kubernetes.io/service-proxy-name: wherry-ingress}},
    status: {loadBalancer: {ingress: [{ip: %2$s}]}}}
    """
        .formatted(gateway, address);
  }

  private static String other(String yaml) {
    return yaml.replace("name: gw", "name: other").replace("name: r,", "name: s,");
  }

  @Test
  void gateways_withAddressesOfTheirOwn_answerThereAlone() {
    Translation translation =
        cluster()
            .with(GatewayKinds.GATEWAY, gateway(HTTP))
            .with(
                GatewayKinds.GATEWAY,
                other(gateway(HTTP + ", {name: more, port: 81, protocol: HTTP}")))
            .with(GatewayKinds.GATEWAY, gateway(HTTP).replace("name: gw", "name: shared"))
            .with(Service.KIND, service("gw", "10.0.9.1"))
            .with(Service.KIND, service("other", "10.0.9.2"))
            .with(GatewayKinds.HTTP_ROUTE, route("r", "rules: [{%s}]".formatted(to("v1"))))
            .with(GatewayKinds.HTTP_ROUTE, other(route("s", "rules: [{%s}]".formatted(to("v2")))))
            .translate();
    PortTable table = translation.table().at(80);
    Request request = Request.of("a.test", "/");

    assertEquals("v1", FakeCluster.answer(table.at("10.0.9.1"), request));
    assertEquals("v2", FakeCluster.answer(table.at("10.0.9.2"), request));
    assertEquals("none", FakeCluster.answer(table.at("192.0.2.1"), request));
    assertFalse(table.at("192.0.2.1").isEmpty(), "the third one is shared");
    assertEquals(Set.of(80, 81), translation.table().ports());
    assertTrue(translation.table().at(81).at("10.0.9.1").isEmpty());
    assertTrue(translation.table().at(81).at("192.0.2.1").isEmpty());
    assertEquals(2, translation.table().backends().size());
    assertEquals(
        "10.0.9.2", status(translation, "other").path("addresses").path(0).path("value").asText());
  }

  @Test
  void gateway_whereThereIsAPool_asksForAnAddressAndWaits() {
    FakeCluster cluster = cluster().withOwnAddresses().with(GatewayKinds.GATEWAY, gateway(HTTP));
    Translation translation = cluster.translate();
    GatewayService asked = translation.findings().services().getFirst();

    assertEquals("ns/gw-w", asked.key().toString());
    assertEquals("wherry.dev/pool", asked.wanted().spec().loadBalancerClass());
    assertEquals(80, asked.wanted().spec().ports().getFirst().port());
    JsonNode gateway = status(translation, "gw");
    assertTrue(gateway.path("addresses").isEmpty());
    assertEquals("False AddressNotAssigned", condition(gateway.path("conditions"), "Programmed"));

    Translation given = cluster.with(Service.KIND, service("gw", "10.0.9.1")).translate();
    assertEquals(
        "True Programmed", condition(status(given, "gw").path("conditions"), "Programmed"));
  }

  @Test
  void addresses_thatAGatewayAsksFor_areGivenOrSaidNotToBe() {
    String asking = gateway(HTTP).replace("spec: {", "spec: {addresses: [{value: 192.0.2.1}], ");
    JsonNode given = status(cluster().with(GatewayKinds.GATEWAY, asking).translate(), "gw");
    assertEquals("True Programmed", condition(given.path("conditions"), "Programmed"));
    assertEquals("192.0.2.1", given.path("addresses").path(0).path("value").asText());

    String elsewhere = asking.replace("192.0.2.1", "192.0.2.99");
    JsonNode refused = status(cluster().with(GatewayKinds.GATEWAY, elsewhere).translate(), "gw");
    assertEquals("False AddressNotUsable", condition(refused.path("conditions"), "Programmed"));

    Translation pooled =
        cluster().withOwnAddresses().with(GatewayKinds.GATEWAY, elsewhere).translate();
    assertEquals(
        List.of("192.0.2.99"),
        pooled.findings().services().stream()
            .map(each -> each.wanted().spec().loadBalancerIP())
            .toList());

    String named = asking.replace("{value: 192.0.2.1}", "{type: Hostname, value: a.test}");
    JsonNode unsupported = status(cluster().with(GatewayKinds.GATEWAY, named).translate(), "gw");
    assertEquals("False UnsupportedAddress", condition(unsupported.path("conditions"), "Accepted"));
  }
}
