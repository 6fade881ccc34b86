package dev.wherry.network.ingress.kinds;

import static dev.wherry.network.ingress.kinds.GatewayObjects.cluster;
import static dev.wherry.network.ingress.kinds.GatewayObjects.condition;
import static dev.wherry.network.ingress.kinds.GatewayObjects.gateway;
import static dev.wherry.network.ingress.kinds.GatewayObjects.parent;
import static dev.wherry.network.ingress.kinds.GatewayObjects.route;
import static dev.wherry.network.ingress.kinds.GatewayObjects.status;
import static dev.wherry.network.ingress.kinds.GatewayObjects.to;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.network.ingress.kinds.FakeCluster.Request;
import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.PathEdit;
import dev.wherry.network.ingress.route.Route;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** After Gateway API's specification and its conformance tests. */
class GatewayTranslationTest {
  private static final String ALL = "allowedRoutes: {namespaces: {from: All}}";

  @ParameterizedTest
  @CsvSource({
    "/, GET, '', '', v1",
    "/exact, GET, '', '', v2",
    "/exact/more, GET, '', '', v1",
    "/long/path/x, GET, '', '', v3",
    "/long/x, GET, '', '', v2",
    "/long/x, PATCH, '', '', v3",
    "/h, GET, one, '', v3",
    "/h, GET, two, '', v1",
    "/h, GET, '', whale, v2",
    "/re/123, GET, '', '', v3",
  })
  void matches_haveTheirPrecedence(
      String path, String method, String header, String parameter, String service) {
    Translation translation =
        cluster()
            .with(GatewayKinds.GATEWAY, gateway("{name: http, port: 80, protocol: HTTP}"))
            .with(
                GatewayKinds.HTTP_ROUTE,
                route(
                    "r",
                    "rules: [{%s}, ".formatted(to("v1"))
                        + "{matches: [{path: {type: PathPrefix, value: /long}}, {path: {type: Exact, value: /exact}}, {queryParams: [{name: animal, value: whale}]}], %s}, "
                            .formatted(to("v2"))
                        + "{matches: [{path: {value: /long}, method: PATCH}, {path: {value: /long/path}}, {headers: [{name: version, value: one}]}, {path: {type: RegularExpression, value: '/re/[0-9]+'}}], %s}]"
                            .formatted(to("v3"))))
            .translate();

    assertEquals(
        service,
        FakeCluster.answer(
            translation,
            80,
            new Request(
                "any.test",
                path,
                method,
                header.isEmpty() ? Map.of() : Map.of("version", header),
                parameter.isEmpty() ? Map.of() : Map.of("animal", parameter))));
  }

  @ParameterizedTest
  @CsvSource({
    "bar.com, v1",
    "foo.bar.com, v2",
    "a.b.bar.com, v2",
    "very.specific.com, v3",
    "other.com, none",
  })
  void hosts_listenersShareThemOut(String host, String service) {
    Translation translation =
        cluster()
            .with(
                GatewayKinds.GATEWAY,
                gateway(
                    "{name: one, port: 80, protocol: HTTP, hostname: bar.com}, {name: two, port: 80, protocol: HTTP, hostname: '*.bar.com'}, {name: three, port: 80, protocol: HTTP, hostname: very.specific.com}"))
            .with(
                GatewayKinds.HTTP_ROUTE,
                route("a", "hostnames: [bar.com, wrong.com], rules: [{%s}]".formatted(to("v1"))))
            .with(
                GatewayKinds.HTTP_ROUTE,
                route("b", "hostnames: ['*.bar.com'], rules: [{%s}]".formatted(to("v2"))))
            .with(
                GatewayKinds.HTTP_ROUTE,
                "{metadata: {namespace: ns, name: c}, spec: {parentRefs: [{name: gw, sectionName: three}], rules: [{%s}]}}"
                    .formatted(to("v3")))
            .translate();

    assertEquals(service, FakeCluster.answer(translation, 80, Request.of(host, "/")));
    JsonNode listeners = status(translation, "gw").path("listeners");
    assertEquals(1, listeners.path(0).path("attachedRoutes").asInt());
    assertEquals(1, listeners.path(1).path("attachedRoutes").asInt());
    assertEquals(1, listeners.path(2).path("attachedRoutes").asInt());
  }

  @Test
  void status_ofClassGatewayAndRoute_saysWhatTheSpecAsks() {
    Translation translation =
        cluster()
            .with(GatewayKinds.GATEWAY, gateway("{name: http, port: 80, protocol: HTTP}"))
            .with(GatewayKinds.HTTP_ROUTE, route("r", "rules: [{%s}]".formatted(to("v1"))))
            .translate();
    JsonNode gateway = status(translation, "gw");
    JsonNode listener = gateway.path("listeners").path(0);

    assertEquals(
        "True Accepted", condition(status(translation, "w").path("conditions"), "Accepted"));
    assertEquals("True Accepted", condition(gateway.path("conditions"), "Accepted"));
    assertEquals("True Programmed", condition(gateway.path("conditions"), "Programmed"));
    assertEquals(3, gateway.path("conditions").path(0).path("observedGeneration").asInt());
    assertEquals("192.0.2.1", gateway.path("addresses").path(0).path("value").asText());
    assertEquals("http", listener.path("name").asText());
    assertEquals("True Accepted", condition(listener.path("conditions"), "Accepted"));
    assertEquals("True Programmed", condition(listener.path("conditions"), "Programmed"));
    assertEquals("True ResolvedRefs", condition(listener.path("conditions"), "ResolvedRefs"));
    assertEquals("False NoConflicts", condition(listener.path("conditions"), "Conflicted"));
    assertEquals(
        List.of("HTTPRoute", "GRPCRoute"),
        listener.path("supportedKinds").findValuesAsText("kind"));
    JsonNode parent = parent(translation, "r");
    assertEquals("wherry.dev/gateway", parent.path("controllerName").asText());
    assertEquals("gw", parent.path("parentRef").path("name").asText());
    assertEquals("True Accepted", condition(parent.path("conditions"), "Accepted"));
    assertEquals("True ResolvedRefs", condition(parent.path("conditions"), "ResolvedRefs"));
    assertFalse(
        translation.findings().statuses().keySet().stream()
            .anyMatch(object -> object.metadata().name().equals("x")));
  }

  @ParameterizedTest
  @CsvSource({
    "'{name: gw, sectionName: nobody}', False NoMatchingParent",
    "'{name: gw, port: 81}', False NoMatchingParent",
    "'{name: gw, sectionName: named}', False NoMatchingListenerHostname",
    "'{name: gw, sectionName: grpc}', False NotAllowedByListeners",
    "'{name: gw, sectionName: picky}', False NotAllowedByListeners",
    "'{name: gw, sectionName: open, port: 82}', True Accepted",
  })
  void route_thatDoesNotFit_isToldWhy(String parent, String accepted) {
    Translation translation =
        cluster()
            .namespace("ns", Map.of("team", "blue"))
            .with(
                GatewayKinds.GATEWAY,
                gateway(
                    "{name: named, port: 80, protocol: HTTP, hostname: a.com}, "
                        + "{name: grpc, port: 83, protocol: HTTP, allowedRoutes: {kinds: [{kind: GRPCRoute}]}}, "
                        + "{name: picky, port: 84, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: red}}}}}, "
                        + "{name: open, port: 82, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: blue}}}}}"))
            .with(
                GatewayKinds.HTTP_ROUTE,
                "{metadata: {namespace: ns, name: r}, spec: {parentRefs: [%s], hostnames: [b.com], rules: [{%s}]}}"
                    .formatted(parent, to("v1")))
            .translate();

    assertEquals(accepted, condition(parent(translation, "r").path("conditions"), "Accepted"));
  }

  @ParameterizedTest
  @CsvSource({
    "'{name: nobody, port: 80}', BackendNotFound",
    "'{name: v1, port: 81}', BackendNotFound",
    "'{name: v1, port: 80, kind: Pod}', InvalidKind",
    "'{name: v1, port: 80, namespace: far}', RefNotPermitted",
  })
  void backend_thatIsNotValid_is500AndSaid(String ref, String reason) {
    Translation translation =
        cluster()
            .with(GatewayKinds.GATEWAY, gateway("{name: http, port: 80, protocol: HTTP}"))
            .with(
                GatewayKinds.HTTP_ROUTE, route("r", "rules: [{backendRefs: [%s]}]".formatted(ref)))
            .translate();
    JsonNode conditions = parent(translation, "r").path("conditions");

    assertEquals("500", FakeCluster.answer(translation, 80, Request.of("a", "/")));
    assertEquals("True Accepted", condition(conditions, "Accepted"));
    assertEquals("False " + reason, condition(conditions, "ResolvedRefs"));
  }

  @Test
  void references_toOtherNamespaces_needAGrant() {
    FakeCluster cluster =
        cluster()
            .with(
                GatewayKinds.GATEWAY,
                gateway(
                    "{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: cert, namespace: far}]}}"))
            .with(
                GatewayKinds.HTTP_ROUTE,
                route("r", "rules: [{backendRefs: [{name: v1, namespace: far, port: 80}]}]"));
    JsonNode refused = status(cluster.translate(), "gw").path("listeners").path(0);

    assertEquals("False RefNotPermitted", condition(refused.path("conditions"), "ResolvedRefs"));
    assertEquals("False Invalid", condition(refused.path("conditions"), "Programmed"));
    assertTrue(cluster.translate().findings().secrets().isEmpty());

    Translation granted =
        cluster
            .with(
                GatewayKinds.REFERENCE_GRANT,
                "{metadata: {namespace: far, name: g}, spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: ns}, {group: gateway.networking.k8s.io, kind: Gateway, namespace: ns}], to: [{group: '', kind: Service, name: v1}, {group: '', kind: Secret}]}}")
            .translate();

    assertEquals("v1", FakeCluster.answer(granted, 443, Request.of("a", "/")));
    assertEquals(Optional.of("far/cert"), granted.table().port(443).orElseThrow().certificate("a"));
  }

  @Test
  void listeners_thatConflict_areNotServed() {
    Translation translation =
        cluster()
            .with(
                GatewayKinds.GATEWAY,
                gateway(
                    "{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP}, {name: c, port: 81, protocol: HTTP}, {name: d, port: 81, protocol: HTTPS}, {name: e, port: 82, protocol: UDP}, {name: f, port: 83, protocol: HTTP, allowedRoutes: {kinds: [{kind: TCPRoute}]}}"))
            .translate();
    JsonNode listeners = status(translation, "gw").path("listeners");

    assertEquals(
        "True HostnameConflict", condition(listeners.path(0).path("conditions"), "Conflicted"));
    assertEquals(
        "True ProtocolConflict", condition(listeners.path(2).path("conditions"), "Conflicted"));
    assertEquals(
        "False UnsupportedProtocol", condition(listeners.path(4).path("conditions"), "Accepted"));
    assertEquals(
        "False InvalidRouteKinds", condition(listeners.path(5).path("conditions"), "ResolvedRefs"));
    assertEquals(List.of(83), List.copyOf(translation.table().ports()));
  }

  @Test
  void gateway_withParameters_isNotServed() {
    Translation translation =
        cluster()
            .with(
                GatewayKinds.GATEWAY,
                gateway("{name: http, port: 80, protocol: HTTP}")
                    .replace(
                        "spec: {",
                        "spec: {infrastructure: {parametersRef: {group: example.com, kind: P, name: p}}, "))
            .translate();
    JsonNode conditions = status(translation, "gw").path("conditions");

    assertEquals("False InvalidParameters", condition(conditions, "Accepted"));
    assertEquals("False Invalid", condition(conditions, "Programmed"));
    assertTrue(translation.table().ports().isEmpty());
  }

  @Test
  void filters_areReadAndUnknownOnesRefused() {
    Translation translation =
        cluster()
            .with(
                GatewayKinds.GATEWAY,
                gateway("{name: http, port: 80, protocol: HTTP, %s}".formatted(ALL)))
            .with(
                GatewayKinds.HTTP_ROUTE,
                route(
                    "r",
                    "rules: [{matches: [{path: {value: /rewrite}}], filters: [{type: URLRewrite, urlRewrite: {hostname: in.test, path: {type: ReplacePrefixMatch, replacePrefixMatch: /x}}}, {type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}, percent: 20}}], timeouts: {request: 1m30s, backendRequest: 500ms}, retry: {codes: [502], attempts: 3, backoff: 10ms}, %s}, "
                            .formatted(to("v1"))
                        + "{matches: [{path: {value: /redirect}}], filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]}, "
                        + "{matches: [{path: {value: /odd}}], filters: [{type: ExtensionRef}], %s}]"
                            .formatted(to("v1"))))
            .translate();
    Route rewrite =
        translation.table().port(80).orElseThrow().find(Request.of("a", "/rewrite")).orElseThrow();

    assertEquals("in.test", rewrite.filters().host());
    assertEquals(new PathEdit.MatchedPrefix("/x"), rewrite.filters().path());
    assertEquals(20, rewrite.filters().mirrors().getFirst().numerator());
    assertEquals(Duration.ofSeconds(90), rewrite.filters().requestTimeout());
    assertEquals(Duration.ofMillis(500), rewrite.filters().attemptTimeout());
    assertEquals(3, rewrite.filters().retries().attemptsMax());
    assertEquals("redirect 301", FakeCluster.answer(translation, 80, Request.of("a", "/redirect")));
    assertEquals("500", FakeCluster.answer(translation, 80, Request.of("a", "/odd")));
    assertEquals(
        "False UnsupportedValue",
        condition(parent(translation, "r").path("conditions"), "Accepted"));
  }

  @Test
  void weights_shareRequestsOut() {
    Translation translation =
        cluster()
            .with(GatewayKinds.GATEWAY, gateway("{name: http, port: 80, protocol: HTTP}"))
            .with(
                GatewayKinds.HTTP_ROUTE,
                route(
                    "r",
                    "rules: [{backendRefs: [{name: v1, port: 80, weight: 3}, {name: v2, port: 80, weight: 0}, {name: v3, port: 80}]}]"))
            .translate();
    Action.Forward forward =
        (Action.Forward)
            translation
                .table()
                .port(80)
                .orElseThrow()
                .find(Request.of("a", "/"))
                .orElseThrow()
                .action();

    assertEquals(4, forward.totalWeight());
    assertEquals(forward.shares().getFirst(), forward.choose(2));
    assertEquals(forward.shares().getLast(), forward.choose(3));
    assertEquals(2, forward.shares().size());
  }

  @ParameterizedTest
  @CsvSource({
    "/pkg.Svc/Get, v1",
    "/pkg.Svc/Other, v2",
    "/pkg.Svc2/Get, none",
    "/any/Ping, v3",
  })
  void grpc_methods_arePaths(String path, String service) {
    Translation translation =
        cluster()
            .with(GatewayKinds.GATEWAY, gateway("{name: http, port: 80, protocol: HTTP}"))
            .with(
                GatewayKinds.GRPC_ROUTE,
                route(
                    "r",
                    "rules: [{matches: [{method: {service: pkg.Svc, method: Get}}], %s}, {matches: [{method: {service: pkg.Svc}}], %s}, {matches: [{method: {method: Ping}}], %s}]"
                        .formatted(to("v1"), to("v2"), to("v3"))))
            .translate();

    assertEquals(
        service,
        FakeCluster.answer(translation, 80, new Request("a", path, "POST", Map.of(), Map.of())));
    assertTrue(translation.table().backends().stream().allMatch(key -> key.http2()));
  }
}
