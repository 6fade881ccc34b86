package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Service addresses and node ports, each a key of its own that is written in the Service's
 * transaction: two Services can never have the same one, whatever crashes.
 */
final class Claims {
  private static final String ADDRESS = "/claims/serviceip/";
  private static final String PORT = "/claims/nodeport/";
  private static final String HEALTH_CHECK = "healthCheckNodePort";
  private static final int NODE_PORT_FIRST = 30_000;
  private static final int NODE_PORT_LAST = 32_767;

  private static final int TRIES_MAX = 4_096;

  private final ServiceAddresses addresses;
  private final RandomGenerator random;
  private final Predicate<String> taken;

  /**
   * @param ranges of Services' addresses, one per family
   * @param taken whether a claim's key exists
   * @param check throws where a Service's fields about its addresses contradict each other
   */
  Claims(
      List<AddressRange> ranges,
      RandomGenerator random,
      Predicate<String> taken,
      BiConsumer<KindInfo, ObjectNode> check) {
    this.addresses = new ServiceAddresses(ranges, random, ip -> isTaken(taken, ip), check);
    this.random = random;
    this.taken = taken;
  }

  /** By a Service, or by an IPAddress that somebody wrote to keep it for another use. */
  private static boolean isTaken(Predicate<String> taken, String ip) {
    return taken.test(ADDRESS + ip) || taken.test(AddressObjects.key(ip));
  }

  /** The cluster address that a claim's key holds; empty for a node port. */
  static Optional<String> address(String key) {
    return key.startsWith(ADDRESS)
        ? Optional.of(key.substring(ADDRESS.length()))
        : Optional.empty();
  }

  private static boolean isService(KindInfo kind) {
    return kind.group().isEmpty() && kind.plural().equals("services");
  }

  /** The keys that an object holds. */
  Set<String> of(KindInfo kind, JsonNode object) {
    Set<String> keys = new LinkedHashSet<>();
    if (!isService(kind)) {
      return keys;
    }
    JsonNode spec = object.path("spec");
    for (JsonNode ip : spec.path("clusterIPs")) {
      if (!ip.asText().equals("None")) {
        keys.add(ADDRESS + ip.asText());
      }
    }
    for (JsonNode port : spec.path("ports")) {
      int number = port.path("nodePort").asInt();
      if (number > 0) {
        keys.add(PORT + port.path("protocol").asText("TCP") + "/" + number);
      }
    }
    int healthCheck = spec.path(HEALTH_CHECK).asInt();
    if (healthCheck > 0) {
      keys.add(PORT + "TCP/" + healthCheck);
    }
    return keys;
  }

  /** Fills in addresses and ports that the Service asks for without naming them. */
  void allocate(KindInfo kind, ObjectNode object, JsonNode old) {
    if (!isService(kind)) {
      return;
    }
    ObjectNode spec = object.withObject("/spec");
    String type = spec.path("type").asText("ClusterIP");
    dropForType(spec, old.path("spec"));
    if (type.equals("ExternalName")) {
      dropForName(spec, old.path("spec"));
      return;
    }
    addresses.allocate(kind, object, old.path("spec"));
    Set<String> chosen = new LinkedHashSet<>();
    if (needsPorts(spec)) {
      keepPorts(spec, old.path("spec"));
      allocatePorts(spec, chosen);
    } else if (!type.equals("LoadBalancer") && old.has("spec")) {
      spec.path("ports").forEach(port -> ((ObjectNode) port).remove("nodePort"));
    }
    allocateHealthCheck(spec, old.path("spec").path(HEALTH_CHECK).asInt(), chosen);
  }

  /** Rule: dropTypeDependentFields of upstream's Services; a name has nothing of the kind. */
  private static void dropForName(ObjectNode spec, JsonNode old) {
    if (old.isObject()) {
      ServiceAddresses.dropForName(spec, old);
    }
    spec.remove(HEALTH_CHECK);
    spec.path("ports").forEach(port -> ((ObjectNode) port).remove("nodePort"));
  }

  /** What only the type before had goes with it, where the client left it as it was. */
  private static void dropForType(ObjectNode spec, JsonNode old) {
    String type = spec.path("type").asText();
    Set<String> idle = new LinkedHashSet<>();
    if (!type.equals("LoadBalancer")) {
      idle.add("allocateLoadBalancerNodePorts");
      idle.add("loadBalancerClass");
      boolean outside =
          type.equals("NodePort")
              || (type.equals("ClusterIP") && !spec.path("externalIPs").isEmpty());
      if (!outside) {
        idle.add("externalTrafficPolicy");
      }
    }
    for (String name : idle) {
      if (old.has(name) && old.path(name).equals(spec.path(name))) {
        spec.remove(name);
      }
    }
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
    old.path("ports").forEach(port -> before.put(portKey(port), port.path("nodePort").asInt()));
    Set<Integer> named = new HashSet<>();
    spec.path("ports").forEach(port -> named.add(port.path("nodePort").asInt()));
    for (JsonNode port : spec.path("ports")) {
      int kept = before.getOrDefault(portKey(port), 0);
      if (port.path("nodePort").asInt() == 0 && named.add(kept)) {
        ((ObjectNode) port).put("nodePort", kept);
      }
    }
  }

  private static String portKey(JsonNode port) {
    return port.path("protocol").asText("TCP") + "/" + port.path("port").asInt();
  }

  /** Rule: NeedsHealthCheck of the API; a Service that needs it no more loses its port. */
  private void allocateHealthCheck(ObjectNode spec, int before, Set<String> chosen) {
    boolean needed =
        spec.path("type").asText().equals("LoadBalancer")
            && spec.path("externalTrafficPolicy").asText().equals("Local");
    int wanted = spec.path(HEALTH_CHECK).asInt();
    if (!needed && wanted == before) {
      spec.remove(HEALTH_CHECK);
    } else if (needed && wanted == 0) {
      spec.put(HEALTH_CHECK, before > 0 ? before : freePort("TCP", chosen));
    }
  }

  private void allocatePorts(ObjectNode spec, Set<String> chosen) {
    for (JsonNode port : spec.path("ports")) {
      if (port.path("nodePort").asInt() == 0) {
        String protocol = port.path("protocol").asText("TCP");
        ((ObjectNode) port).put("nodePort", freePort(protocol, chosen));
      }
    }
  }

  private int freePort(String protocol, Set<String> chosen) {
    for (int i = 0; i < TRIES_MAX; i++) {
      int port = random.nextInt(NODE_PORT_FIRST, NODE_PORT_LAST + 1);
      String key = PORT + protocol + "/" + port;
      if (!taken.test(key) && chosen.add(key)) {
        return port;
      }
    }
    throw ApiException.internal("failed to allocate a nodePort: range is full");
  }

  /** Why a claim cannot be had. */
  static ApiException taken(WriteRequest request, String key) {
    boolean address = key.startsWith(ADDRESS) || key.startsWith(StoreKeys.PREFIX);
    String value = key.substring(key.lastIndexOf('/') + 1);
    return ApiException.invalid(
        request.kind(),
        request.name(),
        List.of(
            new ApiException.Cause(
                "FieldValueInvalid",
                address
                    ? "Invalid value: \"" + value + "\": provided IP is already allocated"
                    : "Invalid value: " + value + ": provided port is already allocated",
                address ? "spec.clusterIPs" : "spec.ports[0].nodePort")));
  }
}
