package dev.wherry.network.ingress.kinds;

import static dev.wherry.network.ingress.kinds.GatewayObjects.cluster;
import static dev.wherry.network.ingress.kinds.GatewayObjects.condition;
import static dev.wherry.network.ingress.kinds.GatewayObjects.gateway;
import static dev.wherry.network.ingress.kinds.GatewayObjects.route;
import static dev.wherry.network.ingress.kinds.GatewayObjects.status;
import static dev.wherry.network.ingress.kinds.GatewayObjects.to;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.network.ingress.kinds.FakeCluster.Request;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.BackendTls;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** BackendTLSPolicies, after Gateway API's specification and its conformance tests. */
class BackendPoliciesTest {
  private static final String TRUST =
      "caCertificateRefs: [{group: '', kind: ConfigMap, name: ca}], hostname: in.test";

  private static FakeCluster served() {
    return cluster()
        .with(GatewayKinds.GATEWAY, gateway("{name: http, port: 80, protocol: HTTP}"))
        .with(GatewayKinds.HTTP_ROUTE, route("r", "rules: [{%s}]".formatted(to("v1"))))
        .authorities("ns/ca", "PEM");
  }

  private static String policy(String name, String section, String validation) {
    return "{metadata: {namespace: ns, name: %s, generation: 4}, spec: {targetRefs: [{group: '', kind: Service, name: v1%s}], validation: {%s}}}"
        .formatted(name, section.isEmpty() ? "" : ", sectionName: " + section, validation);
  }

  private static Optional<BackendTls> tls(Translation translation) {
    return translation.table().backends().stream().findFirst().map(BackendKey::tls);
  }

  private static String said(Translation translation, String policy, String type) {
    return condition(
        status(translation, policy).path("ancestors").path(0).path("conditions"), type);
  }

  @Test
  void policy_forAServiceOfARoute_isCarriedOutAndSaid() {
    Translation translation =
        served().with(GatewayKinds.BACKEND_TLS_POLICY, policy("p", "", TRUST)).translate();
    JsonNode ancestor = status(translation, "p").path("ancestors").path(0);

    assertEquals(
        Optional.of(new BackendTls("in.test", List.of("in.test"), List.of(), "PEM\n")),
        tls(translation));
    assertEquals(Set.of(new ObjectKey("ns", "ca")), translation.findings().authorities());
    assertEquals("gw", ancestor.path("ancestorRef").path("name").asText());
    assertEquals("Gateway", ancestor.path("ancestorRef").path("kind").asText());
    assertEquals("wherry.dev/gateway", ancestor.path("controllerName").asText());
    assertEquals(4, ancestor.path("conditions").path(0).path("observedGeneration").asInt());
    assertEquals("True Accepted", said(translation, "p", "Accepted"));
    assertEquals("True ResolvedRefs", said(translation, "p", "ResolvedRefs"));
  }

  @Test
  void names_givenBesideTheHost_areTheOnlyOnesThatCount() {
    Translation translation =
        served()
            .with(
                GatewayKinds.BACKEND_TLS_POLICY,
                policy(
                    "p",
                    "",
                    TRUST
                        + ", subjectAltNames: [{type: Hostname, hostname: other.test}, {type: URI, uri: 'spiffe://x/y'}]"))
            .translate();

    assertEquals(
        Optional.of(
            new BackendTls("in.test", List.of("other.test"), List.of("spiffe://x/y"), "PEM\n")),
        tls(translation));
  }

  @ParameterizedTest
  @CsvSource({
    "'caCertificateRefs: [{group: \"\", kind: ConfigMap, name: none}], hostname: a', False NoValidCACertificate, False InvalidCACertificateRef",
    "'caCertificateRefs: [{group: \"\", kind: Secret, name: ca}], hostname: a', False NoValidCACertificate, False InvalidKind",
    "'wellKnownCACertificates: example.com/mine, hostname: a', False Invalid, True ResolvedRefs",
  })
  void policy_thatTrustsNobody_breaksItsBackendAndSaysWhy(
      String validation, String accepted, String resolved) {
    Translation translation =
        served().with(GatewayKinds.BACKEND_TLS_POLICY, policy("p", "", validation)).translate();

    assertEquals("500", FakeCluster.answer(translation, 80, Request.of("a", "/")));
    assertEquals(accepted, said(translation, "p", "Accepted"));
    assertEquals(resolved, said(translation, "p", "ResolvedRefs"));
  }

  @Test
  void policy_ofTheSystem_trustsTheRuntimesAuthorities() {
    Translation translation =
        served()
            .with(
                GatewayKinds.BACKEND_TLS_POLICY,
                policy("p", "", "wellKnownCACertificates: System, hostname: a.test"))
            .translate();

    assertEquals(
        Optional.of(new BackendTls("a.test", List.of("a.test"), List.of(), "")), tls(translation));
  }

  @ParameterizedTest
  @CsvSource({"'', ''", "http, http"})
  void policies_forOneTarget_theOlderCounts(String first, String second) {
    Translation translation =
        served()
            .with(GatewayKinds.BACKEND_TLS_POLICY, policy("z", first, TRUST))
            .with(
                GatewayKinds.BACKEND_TLS_POLICY,
                policy("a", second, TRUST.replace("in.test", "late.test")))
            .translate();

    assertEquals("in.test", tls(translation).orElseThrow().serverName());
    assertEquals("True Accepted", said(translation, "z", "Accepted"));
    assertEquals("False Conflicted", said(translation, "a", "Accepted"));
  }

  @Test
  void policy_forThePort_comesBeforeTheServices() {
    Translation translation =
        served()
            .with(GatewayKinds.BACKEND_TLS_POLICY, policy("z", "", TRUST))
            .with(
                GatewayKinds.BACKEND_TLS_POLICY,
                policy("a", "http", TRUST.replace("in.test", "port.test")))
            .translate();

    assertEquals("port.test", tls(translation).orElseThrow().serverName());
    assertEquals("True Accepted", said(translation, "z", "Accepted"));
    assertEquals("True Accepted", said(translation, "a", "Accepted"));
  }

  @Test
  void policy_ofNoRoute_hasNoAncestor() {
    Translation translation =
        cluster()
            .with(GatewayKinds.GATEWAY, gateway("{name: http, port: 80, protocol: HTTP}"))
            .with(GatewayKinds.BACKEND_TLS_POLICY, policy("p", "", TRUST))
            .authorities("ns/ca", "PEM")
            .translate();

    assertTrue(status(translation, "p").path("ancestors").isEmpty());
  }

  @Test
  void policy_forAConnectionThatIsPassedOn_isTheClientsBusiness() {
    Translation translation =
        cluster()
            .with(
                GatewayKinds.GATEWAY,
                gateway("{name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}"))
            .with(
                GatewayKinds.TLS_ROUTE,
                route("r", "hostnames: [a.test], rules: [{%s}]".formatted(to("v1"))))
            .with(GatewayKinds.BACKEND_TLS_POLICY, policy("p", "", TRUST))
            .authorities("ns/ca", "PEM")
            .translate();

    assertEquals(Optional.of(BackendTls.NONE), tls(translation));
  }
}
