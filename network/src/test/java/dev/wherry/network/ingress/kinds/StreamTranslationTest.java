package dev.wherry.network.ingress.kinds;

import static dev.wherry.network.ingress.kinds.GatewayObjects.cluster;
import static dev.wherry.network.ingress.kinds.GatewayObjects.condition;
import static dev.wherry.network.ingress.kinds.GatewayObjects.gateway;
import static dev.wherry.network.ingress.kinds.GatewayObjects.parent;
import static dev.wherry.network.ingress.kinds.GatewayObjects.route;
import static dev.wherry.network.ingress.kinds.GatewayObjects.status;
import static dev.wherry.network.ingress.kinds.GatewayObjects.to;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.PortRoutes;
import dev.wherry.network.ingress.route.PortRoutes.Secured;
import dev.wherry.network.ingress.route.Speech;
import dev.wherry.network.ingress.route.StreamRoute;
import dev.wherry.network.ingress.route.Target;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLSRoutes and TCPRoutes, after Gateway API's specification and its conformance tests. */
class StreamTranslationTest {
  private static final String PASSED =
      "{name: passed, port: 443, protocol: TLS, hostname: '*.passed.com', tls: {mode: Passthrough}}";
  private static final String ENDED =
      "{name: ended, port: 443, protocol: TLS, hostname: ended.com, tls: {certificateRefs: [{name: cert}]}}";
  private static final String HTTPS =
      "{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: cert}]}}";
  private static final String PLAIN = "{name: plain, port: 80, protocol: HTTP}";

  private static Translation translation(String... routes) {
    FakeCluster cluster =
        cluster()
            .with(GatewayKinds.GATEWAY, gateway(String.join(", ", PASSED, ENDED, HTTPS, PLAIN)));
    int number = 0;
    for (String spec : routes) {
      cluster.with(GatewayKinds.TLS_ROUTE, route("t" + number++, spec));
    }
    return cluster.translate();
  }

  private static String answer(Translation translation, String name) {
    return switch (translation.table().port(443).orElseThrow().secured(name)) {
      case Secured.Http _ -> "http";
      case Secured.Refused _ -> "refused";
      case Secured.Stream(StreamRoute stream) ->
          (stream.ended() ? "ended " : "passed ") + service(stream.action());
    };
  }

  private static String service(Action action) {
    return action instanceof Action.Forward forward
            && forward.shares().getFirst().target() instanceof Target.Backend(var key)
        ? key.service()
        : "nobody";
  }

  @ParameterizedTest
  @CsvSource({
    "a.passed.com, passed v1",
    "b.passed.com, passed v2",
    "x.y.passed.com, passed v2",
    "ended.com, ended v3",
    "passed.com, http",
    "other.com, http",
    "'', http",
  })
  void connection_byTheNameItAsksFor_isPassedOnOrServed(String name, String answer) {
    Translation translation =
        translation(
            "hostnames: [a.passed.com], rules: [{%s}]".formatted(to("v1")),
            "hostnames: ['*.passed.com'], rules: [{%s}]".formatted(to("v2")),
            "hostnames: ['*.com'], rules: [{%s}]".formatted(to("v3")));

    assertEquals(answer, answer(translation, name));
    assertEquals(3, translation.table().backends().size());
  }

  @Test
  void connection_toANameOfAListenerWithoutItsRoute_isRefused() {
    Translation translation =
        translation("hostnames: [a.passed.com], rules: [{%s}]".formatted(to("v1")));

    assertEquals("refused", answer(translation, "b.passed.com"));
    assertEquals("refused", answer(translation, "ended.com"));
  }

  @Test
  void connection_toANameWithoutRule_isRefusedWhereTwoGatewaysShareAnAddress() {
    Translation translation =
        cluster()
            .with(GatewayKinds.GATEWAY, gateway(HTTPS))
            .with(
                GatewayKinds.GATEWAY,
                gateway("{name: all, port: 443, protocol: TLS, tls: {mode: Passthrough}}")
                    .replace("name: gw", "name: other"))
            .with(
                GatewayKinds.TLS_ROUTE,
                route("t", "hostnames: [a.test], rules: [{%s}]".formatted(to("v1")))
                    .replace("name: gw", "name: other"))
            .with(
                GatewayKinds.HTTP_ROUTE,
                route("h", "hostnames: [b.test], rules: [{%s}]".formatted(to("v2"))))
            .translate();

    assertEquals("passed v1", answer(translation, "a.test"));
    assertEquals("http", answer(translation, "b.test"));
    assertEquals("refused", answer(translation, "c.test"));
  }

  @Test
  void connections_ofAPort_goWhereTheOlderTcpRouteLeads() {
    String database = "{name: database, port: 5432, protocol: TCP}";
    Translation translation =
        cluster()
            .with(GatewayKinds.GATEWAY, gateway(database + ", " + PLAIN))
            .with(GatewayKinds.TCP_ROUTE, route("a", "rules: [{%s}]".formatted(to("v1"))))
            .with(GatewayKinds.TCP_ROUTE, route("b", "rules: [{%s}]".formatted(to("v2"))))
            .translate();

    PortRoutes port = translation.table().port(5432).orElseThrow();
    assertEquals(Speech.CONNECTIONS, port.speech());
    assertEquals("v1", service(port.connection().orElseThrow().action()));
    JsonNode listeners = status(translation, "gw").path("listeners");
    assertEquals(
        List.of("TCPRoute"), listeners.path(0).path("supportedKinds").findValuesAsText("kind"));
    assertEquals(2, listeners.path(0).path("attachedRoutes").asInt());
    assertEquals(0, listeners.path(1).path("attachedRoutes").asInt());
  }

  @Test
  void listeners_ofHttpAndOfConnectionsAtOnePort_areInConflict() {
    Translation translation =
        cluster()
            .with(
                GatewayKinds.GATEWAY,
                gateway(PLAIN + ", {name: raw, port: 80, protocol: TCP, hostname: a.test}"))
            .translate();

    for (JsonNode listener : status(translation, "gw").path("listeners")) {
      assertEquals("False ProtocolConflict", condition(listener.path("conditions"), "Accepted"));
    }
  }

  @Test
  void listeners_sayWhichRoutesTheyMayHave() {
    Translation translation =
        translation("hostnames: [a.passed.com], rules: [{%s}]".formatted(to("v1")));
    JsonNode listeners = status(translation, "gw").path("listeners");

    assertEquals(
        List.of("TLSRoute"), listeners.path(0).path("supportedKinds").findValuesAsText("kind"));
    assertEquals(1, listeners.path(0).path("attachedRoutes").asInt());
    assertEquals("True Accepted", condition(listeners.path(0).path("conditions"), "Accepted"));
    assertEquals("True Programmed", condition(listeners.path(0).path("conditions"), "Programmed"));
    assertEquals(
        List.of("TLSRoute"), listeners.path(1).path("supportedKinds").findValuesAsText("kind"));
    assertEquals(0, listeners.path(1).path("attachedRoutes").asInt());
    assertEquals(
        List.of("HTTPRoute", "GRPCRoute"),
        listeners.path(2).path("supportedKinds").findValuesAsText("kind"));
    assertEquals(0, listeners.path(2).path("attachedRoutes").asInt());
  }

  @ParameterizedTest
  @CsvSource({
    "plain, a.passed.com, False NotAllowedByListeners",
    "https, a.passed.com, False NotAllowedByListeners",
    "nobody, a.passed.com, False NoMatchingParent",
    "passed, other.com, False NoMatchingListenerHostname",
    "passed, a.passed.com, True Accepted",
  })
  void route_thatDoesNotFit_isToldWhy(String section, String host, String accepted) {
    Translation translation =
        cluster()
            .with(GatewayKinds.GATEWAY, gateway(String.join(", ", PASSED, ENDED, HTTPS, PLAIN)))
            .with(
                GatewayKinds.TLS_ROUTE,
                "{metadata: {namespace: ns, name: t}, spec: {parentRefs: [{name: gw, sectionName: %s}], hostnames: [%s], rules: [{%s}]}}"
                    .formatted(section, host, to("v1")))
            .translate();

    assertEquals(accepted, condition(parent(translation, "t").path("conditions"), "Accepted"));
  }

  @ParameterizedTest
  @CsvSource({
    "'{name: nobody, port: 80}', BackendNotFound",
    "'{name: v1, port: 80, kind: Pod}', InvalidKind",
    "'{name: v1, port: 80, namespace: far}', RefNotPermitted",
  })
  void backend_thatIsNotValid_isNobodyAndSaid(String ref, String reason) {
    Translation translation =
        translation("hostnames: [a.passed.com], rules: [{backendRefs: [%s]}]".formatted(ref));

    assertEquals("passed nobody", answer(translation, "a.passed.com"));
    assertEquals(
        "False " + reason, condition(parent(translation, "t0").path("conditions"), "ResolvedRefs"));
  }

  @Test
  void listeners_ofOneNameAndPort_conflictWhateverTheirMode() {
    Translation translation =
        cluster()
            .with(
                GatewayKinds.GATEWAY,
                gateway(
                    "{name: a, port: 443, protocol: TLS, hostname: a.com, tls: {mode: Passthrough}}, {name: b, port: 443, protocol: HTTPS, hostname: a.com, tls: {certificateRefs: [{name: cert}]}}, {name: c, port: 80, protocol: HTTP}, {name: d, port: 80, protocol: TLS, tls: {mode: Passthrough}}"))
            .translate();
    JsonNode listeners = status(translation, "gw").path("listeners");

    assertEquals(
        "True HostnameConflict", condition(listeners.path(0).path("conditions"), "Conflicted"));
    assertEquals(
        "True ProtocolConflict", condition(listeners.path(3).path("conditions"), "Conflicted"));
  }
}
