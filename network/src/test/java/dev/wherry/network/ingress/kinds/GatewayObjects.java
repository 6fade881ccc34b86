package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.JsonNode;

/** Objects of Gateway API as tests write them, and what is said of them. */
final class GatewayObjects {
  private GatewayObjects() {}

  /** A class of ours and one of others, and some Services. */
  static FakeCluster cluster() {
    return new FakeCluster()
        .with(
            GatewayKinds.GATEWAY_CLASS,
            "{metadata: {name: w}, spec: {controllerName: wherry.dev/gateway}}")
        .with(GatewayKinds.GATEWAY_CLASS, "{metadata: {name: x}, spec: {controllerName: other}}")
        .services("ns", "v1", "v2", "v3")
        .services("far", "v1");
  }

  /** The Gateway ns/gw. */
  static String gateway(String listeners) {
    return "{metadata: {namespace: ns, name: gw, generation: 3}, spec: {gatewayClassName: w, listeners: [%s]}}"
        .formatted(listeners);
  }

  /** A route of ns that names the Gateway as its parent. */
  static String route(String name, String spec) {
    return "{metadata: {namespace: ns, name: %s, generation: 2}, spec: {parentRefs: [{name: gw}], %s}}"
        .formatted(name, spec);
  }

  /** The only backend of a rule. */
  static String to(String service) {
    return "backendRefs: [{name: %s, port: 80}]".formatted(service);
  }

  /** A condition's status and reason. */
  static String condition(JsonNode conditions, String type) {
    for (JsonNode condition : conditions) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText() + " " + condition.path("reason").asText();
      }
    }
    return "none";
  }

  /** What is to be said of an object. */
  static JsonNode status(Translation translation, String name) {
    return translation.findings().statuses().entrySet().stream()
        .filter(entry -> entry.getKey().metadata().name().equals(name))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  /** What is to be said of a route to its first parent. */
  static JsonNode parent(Translation translation, String route) {
    return status(translation, route).path("parents").path(0);
  }
}
