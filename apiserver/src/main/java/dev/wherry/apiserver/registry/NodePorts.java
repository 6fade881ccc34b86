package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Ports of all nodes for Services that want them (rules: alloc.go and storage.go of upstream's
 * pkg/registry/core/service/storage).
 */
final class NodePorts {
  /** The field with the port at which nodes tell whether they have endpoints. */
  static final String HEALTH_CHECK = "healthCheckNodePort";

  private static final int NODE_PORT_FIRST = 30_000;
  private static final int NODE_PORT_LAST = 32_767;

  private static final String OUT_OF_RANGE =
      "provided port is not in the valid range. The range of valid ports is %d-%d"
          .formatted(NODE_PORT_FIRST, NODE_PORT_LAST);

  private static final int TRIES_MAX = 4_096;

  private final RandomGenerator random;

  NodePorts(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Fills in what the type asks for and drops what it has no use for.
   *
   * @param old the spec before; missing at the creation
   * @param take holds {@code TCP/30080} for this Service, or says that it is somebody's
   */
  void allocate(ObjectNode spec, JsonNode old, Predicate<String> take) {
    if (needsPorts(spec)) {
      keepPorts(spec, old);
      allocatePorts(spec, take);
    } else if (!spec.path("type").asText().equals("LoadBalancer") && old.isObject()) {
      spec.path("ports").forEach(port -> ((ObjectNode) port).remove("nodePort"));
    }
    allocateHealthCheck(spec, old.path(HEALTH_CHECK).asInt(), take);
  }

  /**
   * Looks at the number of a port that is new; a dry run does not, as upstream's.
   *
   * @param port such as {@code TCP/30080}
   * @throws ApiException where it is out of range
   */
  static void checkRange(KindInfo kind, JsonNode object, String port) {
    int number = Integer.parseInt(port.substring(port.indexOf('/') + 1));
    if (number < NODE_PORT_FIRST || number > NODE_PORT_LAST) {
      throw refused(kind, object, port, OUT_OF_RANGE);
    }
  }

  /** The ports that a Service has, such as {@code TCP/30080}. */
  static Set<String> named(JsonNode spec) {
    Set<String> ports = new LinkedHashSet<>();
    for (JsonNode port : spec.path("ports")) {
      if (port.path("nodePort").asInt() != 0) {
        ports.add(named(port, "nodePort"));
      }
    }
    if (spec.path(HEALTH_CHECK).asInt() != 0) {
      ports.add(named(spec, HEALTH_CHECK));
    }
    return ports;
  }

  private static String named(JsonNode port, String field) {
    return port.path("protocol").asText("TCP") + "/" + port.path(field).asInt();
  }

  /**
   * Why a Service cannot have a port that it names.
   *
   * @param port such as {@code TCP/30080}
   */
  static ApiException refused(KindInfo kind, JsonNode object, String port, String why) {
    String number = port.substring(port.indexOf('/') + 1);
    JsonNode ports = object.path("spec").path("ports");
    for (int i = 0; i < ports.size(); i++) {
      if (named(ports.path(i), "nodePort").equals(port)) {
        return ApiException.invalid(
            kind,
            object.path("metadata").path("name").asText(),
            List.of(ApiException.Cause.invalid("spec.ports[" + i + "].nodePort", number, why)));
      }
    }
    return ApiException.internal(
        "failed to allocate requested HealthCheck NodePort " + number + ": " + why);
  }

  private static boolean needsPorts(JsonNode spec) {
    String type = spec.path("type").asText();
    return type.equals("NodePort")
        || (type.equals("LoadBalancer")
            && spec.path("allocateLoadBalancerNodePorts").asBoolean(true));
  }

  /**
   * Rule: patchAllocatedValues of upstream's Services: who replaces one need not know its ports.
   */
  private static void keepPorts(ObjectNode spec, JsonNode old) {
    if (!needsPorts(old)) {
      return;
    }
    Map<String, Integer> before = new HashMap<>();
    old.path("ports")
        .forEach(port -> before.put(named(port, "port"), port.path("nodePort").asInt()));
    Set<Integer> named = new HashSet<>();
    spec.path("ports").forEach(port -> named.add(port.path("nodePort").asInt()));
    for (JsonNode port : spec.path("ports")) {
      int kept = before.getOrDefault(named(port, "port"), 0);
      if (port.path("nodePort").asInt() == 0 && named.add(kept)) {
        ((ObjectNode) port).put("nodePort", kept);
      }
    }
  }

  /** Rule: NeedsHealthCheck of the API; a Service that needs it no more loses its port. */
  private void allocateHealthCheck(ObjectNode spec, int before, Predicate<String> take) {
    boolean needed =
        spec.path("type").asText().equals("LoadBalancer")
            && spec.path("externalTrafficPolicy").asText().equals("Local");
    int wanted = spec.path(HEALTH_CHECK).asInt();
    if (!needed && wanted == before) {
      spec.remove(HEALTH_CHECK);
    } else if (needed && wanted == 0) {
      spec.put(HEALTH_CHECK, before > 0 ? before : freePort("TCP", take));
    }
  }

  private void allocatePorts(ObjectNode spec, Predicate<String> take) {
    for (JsonNode port : spec.path("ports")) {
      if (port.path("nodePort").asInt() == 0) {
        String protocol = port.path("protocol").asText("TCP");
        ((ObjectNode) port).put("nodePort", freePort(protocol, take));
      }
    }
  }

  private int freePort(String protocol, Predicate<String> take) {
    for (int i = 0; i < TRIES_MAX; i++) {
      int port = random.nextInt(NODE_PORT_FIRST, NODE_PORT_LAST + 1);
      if (take.test(protocol + "/" + port)) {
        return port;
      }
    }
    throw ApiException.internal("failed to allocate a nodePort: range is full");
  }
}
