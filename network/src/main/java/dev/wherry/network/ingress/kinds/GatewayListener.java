package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.selector.Labels;
import dev.wherry.network.ingress.kinds.ClusterObjects.CertificateState;
import dev.wherry.network.ingress.route.HostPattern;
import dev.wherry.network.ingress.route.RouteTable;
import dev.wherry.network.ingress.route.Speech;
import dev.wherry.network.trees.TreeObject;
import dev.wherry.network.trees.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One listener of a Gateway, judged. Filled by the translation's thread. */
final class GatewayListener {
  static final String ROUTE_HTTP = "HTTPRoute";
  static final String ROUTE_GRPC = "GRPCRoute";

  static final String ROUTE_TLS = "TLSRoute";
  static final String ROUTE_TCP = "TCPRoute";

  /** Which routes a listener may have, by its protocol. */
  private static final Map<String, List<String>> ROUTES =
      Map.of(
          "HTTP", List.of(ROUTE_HTTP, ROUTE_GRPC),
          "HTTPS", List.of(ROUTE_HTTP, ROUTE_GRPC),
          "TLS", List.of(ROUTE_TLS),
          "TCP", List.of(ROUTE_TCP));

  private final TreeObject gateway;
  private final JsonNode spec;
  private final RouteTable.Builder table;
  private final List<String> kinds = new ArrayList<>();
  private Condition accepted = Condition.yes("Accepted", "Accepted");
  private Condition conflicted = Condition.no("Conflicted", "NoConflicts", "");
  private Condition resolved = Condition.yes("ResolvedRefs", "ResolvedRefs");
  private Optional<ObjectKey> certificate = Optional.empty();
  private int attached;

  private GatewayListener(TreeObject gateway, JsonNode spec, RouteTable.Builder table) {
    this.gateway = gateway;
    this.table = table;
    this.spec = spec;
  }

  static GatewayListener of(
      TreeObject gateway,
      JsonNode spec,
      RouteTable.Builder table,
      ClusterObjects objects,
      Grants grants,
      Findings findings) {
    GatewayListener listener = new GatewayListener(gateway, spec, table);
    if (!ROUTES.containsKey(listener.protocol())) {
      listener.accepted =
          Condition.no(
              "Accepted",
              "UnsupportedProtocol",
              "protocol " + listener.protocol() + " is not served");
    } else {
      listener.judgeKinds();
      if (listener.ends()) {
        listener.judgeCertificate(objects, grants, findings);
      }
    }
    return listener;
  }

  String name() {
    return Trees.text(spec, "name");
  }

  int port() {
    return spec.path("port").asInt();
  }

  String protocol() {
    return Trees.text(spec, "protocol");
  }

  /** Whether clients speak TLS. */
  boolean tls() {
    return protocol().equals("HTTPS") || protocol().equals("TLS");
  }

  /** Whether requests are served, and not connections. */
  boolean http() {
    return protocol().equals("HTTP") || protocol().equals("HTTPS");
  }

  Speech speech() {
    return tls() ? Speech.TLS : http() ? Speech.HTTP : Speech.CONNECTIONS;
  }

  /** Whether TLS ends here. */
  boolean ends() {
    return tls() && (http() || !mode().equals("Passthrough"));
  }

  private String mode() {
    return Trees.textOr(spec.path("tls"), "mode", "Terminate");
  }

  /** Where no hosts are told apart, what the field says does not count. */
  HostPattern host() {
    return speech() == Speech.CONNECTIONS
        ? HostPattern.ANY
        : HostPattern.ofGateway(Trees.text(spec, "hostname"));
  }

  TreeObject gateway() {
    return gateway;
  }

  /** Where its rules are gathered: those of the Gateway's addresses. */
  RouteTable.Builder table() {
    return table;
  }

  Optional<ObjectKey> certificate() {
    return certificate;
  }

  private void judgeKinds() {
    JsonNode wanted = spec.path("allowedRoutes").path("kinds");
    List<String> possible = ROUTES.getOrDefault(protocol(), List.of());
    if (wanted.isEmpty()) {
      kinds.addAll(possible);
      return;
    }
    for (JsonNode one : wanted) {
      String kind = Trees.text(one, "kind");
      if (Trees.textOr(one, "group", GatewayKinds.GROUP).equals(GatewayKinds.GROUP)
          && possible.contains(kind)) {
        kinds.add(kind);
      } else {
        resolved =
            Condition.no(
                "ResolvedRefs",
                "InvalidRouteKinds",
                "routes of kind " + kind + " are not served here");
      }
    }
  }

  private void judgeCertificate(ClusterObjects objects, Grants grants, Findings findings) {
    JsonNode tls = spec.path("tls");
    if (!mode().equals("Terminate") || tls.path("certificateRefs").isEmpty()) {
      resolved =
          Condition.no("ResolvedRefs", "InvalidCertificateRef", "no certificate to end TLS with");
      return;
    }
    String home = gateway.metadata().namespace();
    for (JsonNode ref : tls.path("certificateRefs")) {
      String name = Trees.text(ref, "name");
      ObjectKey secret = new ObjectKey(Trees.textOr(ref, "namespace", home), name);
      if (!Trees.text(ref, "group").isEmpty()
          || !Trees.textOr(ref, "kind", "Secret").equals("Secret")) {
        resolved =
            Condition.no("ResolvedRefs", "InvalidCertificateRef", "certificates are Secrets");
      } else if (!grants.allow("Gateway", home, "Secret", secret.namespace(), name)) {
        resolved =
            Condition.no(
                "ResolvedRefs", "RefNotPermitted", "no ReferenceGrant leads to secret " + secret);
      } else {
        findings.secret(secret);
        if (objects.certificate(secret) instanceof CertificateState.Unusable(String why)) {
          resolved =
              Condition.no(
                  "ResolvedRefs", "InvalidCertificateRef", "secret " + secret + ": " + why);
        } else if (certificate.isEmpty()) {
          certificate = Optional.of(secret);
        }
      }
    }
  }

  void conflict(String reason, String message) {
    conflicted = new Condition("Conflicted", true, reason, message);
    accepted = Condition.no("Accepted", reason, message);
  }

  void refuse(String reason, String message) {
    accepted = Condition.no("Accepted", reason, message);
  }

  boolean isAccepted() {
    return accepted.status();
  }

  /** Whether clients are served by it. */
  boolean isProgrammed() {
    return accepted.status() && (!ends() || certificate.isPresent());
  }

  void attach() {
    attached++;
  }

  boolean allowsKind(String kind) {
    return kinds.contains(kind);
  }

  boolean allowsNamespace(String namespace, ClusterObjects objects) {
    JsonNode from = spec.path("allowedRoutes").path("namespaces");
    return switch (Trees.textOr(from, "from", "Same")) {
      case "All" -> true;
      case "Selector" -> selects(from.path("selector"), namespace, objects);
      default -> namespace.equals(gateway.metadata().namespace());
    };
  }

  private static boolean selects(JsonNode selector, String namespace, ClusterObjects objects) {
    Labels wanted = Trees.labels(selector);
    return wanted != null && wanted.matches(objects.namespaceLabels(namespace));
  }

  void writeStatus(ArrayNode listeners) {
    long generation = gateway.generation();
    ObjectNode status = listeners.addObject().put("name", name()).put("attachedRoutes", attached);
    ArrayNode supported = status.putArray("supportedKinds");
    kinds.forEach(kind -> supported.addObject().put("group", GatewayKinds.GROUP).put("kind", kind));
    ArrayNode conditions = status.putArray("conditions");
    accepted.write(conditions, generation);
    conflicted.write(conditions, generation);
    resolved.write(conditions, generation);
    (isProgrammed()
            ? Condition.yes("Programmed", "Programmed")
            : Condition.no("Programmed", "Invalid", "the listener is not served"))
        .write(conditions, generation);
  }
}
