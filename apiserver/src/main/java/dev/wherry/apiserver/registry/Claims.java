package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final String HEALTH_CHECK = NodePorts.HEALTH_CHECK;
  private final ServiceAddresses addresses;
  private final NodePorts ports;
  private final Predicate<String> taken;
  private final Predicate<String> kept;

  /** What is chosen and not yet written; no more than the requests that are under way. */
  private final Set<String> chosen = ConcurrentHashMap.newKeySet();

  /** What one request has chosen; nobody else gets it before this is closed. */
  final class Held implements AutoCloseable {
    private final List<String> keys = new ArrayList<>();

    /** False where somebody has it. */
    private boolean take(String key) {
      if (!chosen.add(key)) {
        return false;
      }
      if (taken.test(key)) {
        chosen.remove(key);
        return false;
      }
      keys.add(key);
      return true;
    }

    /** False where a Service has it, or an IPAddress that keeps it for another use. */
    private boolean takeAddress(String ip) {
      return !kept.test(ip) && take(ADDRESS + ip);
    }

    @Override
    public void close() {
      keys.forEach(chosen::remove);
    }
  }

  /**
   * @param ranges of Services' addresses
   * @param taken whether a claim's key exists
   * @param kept whether an address has an IPAddress
   * @param check throws where a Service's fields about its addresses contradict each other
   */
  Claims(
      ServiceRanges ranges,
      RandomGenerator random,
      Predicate<String> taken,
      Predicate<String> kept,
      BiConsumer<KindInfo, ObjectNode> check) {
    this.addresses = new ServiceAddresses(ranges, random, check);
    this.ports = new NodePorts(random);
    this.taken = taken;
    this.kept = kept;
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
    NodePorts.named(spec).forEach(port -> keys.add(PORT + port));
    return keys;
  }

  /**
   * Fills in addresses and ports that the Service asks for without naming them.
   *
   * @return what keeps them from others until the Service is written
   */
  Held allocate(KindInfo kind, ObjectNode object, JsonNode old) {
    Held held = new Held();
    if (isService(kind)) {
      try {
        allocate(kind, object, old, held);
        of(kind, object).stream().filter(chosen::add).forEach(held.keys::add);
      } catch (RuntimeException e) {
        held.close();
        throw e;
      }
    }
    return held;
  }

  private void allocate(KindInfo kind, ObjectNode object, JsonNode old, Held held) {
    ObjectNode spec = object.withObject("/spec");
    String type = spec.path("type").asText("ClusterIP");
    dropForType(spec, old.path("spec"));
    if (type.equals("ExternalName")) {
      dropForName(spec, old.path("spec"));
      return;
    }
    addresses.allocate(kind, object, old.path("spec"), held::takeAddress);
    ports.allocate(spec, old.path("spec"), port -> held.take(PORT + port));
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

  /** Throws where nobody may have what a Service claims. */
  static void check(KindInfo kind, JsonNode service, String key) {
    if (key.startsWith(PORT)) {
      NodePorts.checkRange(kind, service, key.substring(PORT.length()));
    }
  }

  /** Why a claim cannot be had by a Service. */
  static ApiException taken(KindInfo kind, JsonNode service, String key) {
    if (key.startsWith(PORT)) {
      String why = "provided port is already allocated";
      return NodePorts.refused(kind, service, key.substring(PORT.length()), why);
    }
    return ServiceFamilies.refused(
        kind, service, key.substring(key.lastIndexOf('/') + 1), "provided IP is already allocated");
  }
}
