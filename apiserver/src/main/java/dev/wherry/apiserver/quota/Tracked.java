package dev.wherry.apiserver.quota;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.Quantity;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Which resource a limit of a quota is about, and what one object of it uses. */
final class Tracked {
  static final Resource SERVICES = new Resource("", "services");
  private static final String COUNT = "count/";
  private static final String CLASS = ".storageclass.storage.k8s.io/";
  private static final Set<String> PLAIN =
      Set.of(
          "configmaps",
          "persistentvolumeclaims",
          "pods",
          "replicationcontrollers",
          "resourcequotas",
          "secrets",
          "services");

  private Tracked() {}

  /** The resource that a limit is about; empty for a name that nobody counts. */
  static Optional<Resource> of(String name) {
    if (name.startsWith(COUNT)) {
      String resource = name.substring(COUNT.length());
      int dot = resource.indexOf('.');
      return Optional.of(
          dot < 0
              ? new Resource("", resource)
              : new Resource(resource.substring(dot + 1), resource.substring(0, dot)));
    }
    if (PLAIN.contains(name)) {
      return Optional.of(new Resource("", name));
    }
    if (name.startsWith("services.")) {
      return Optional.of(SERVICES);
    }
    if (name.equals("requests.storage") || name.contains(CLASS)) {
      return Optional.of(Resource.PERSISTENT_VOLUME_CLAIMS);
    }
    boolean pod =
        name.startsWith("requests.")
            || name.startsWith("limits.")
            || name.startsWith("hugepages-")
            || Set.of("cpu", "memory", "ephemeral-storage").contains(name);
    return pod ? Optional.of(Resource.PODS) : Optional.empty();
  }

  /** What an object uses. */
  static Amounts usage(Resource resource, JsonNode object, Instant now) {
    if (resource.equals(Resource.PODS)) {
      return PodUsage.of(object, now);
    }
    Amounts count =
        resource.group().isEmpty() && PLAIN.contains(resource.name())
            ? Amounts.one(COUNT + resource, resource.name())
            : Amounts.one(COUNT + resource);
    if (resource.equals(SERVICES)) {
      return count.plus(service(object.path("spec")));
    }
    return resource.equals(Resource.PERSISTENT_VOLUME_CLAIMS) ? count.plus(claim(object)) : count;
  }

  private static Amounts service(JsonNode spec) {
    long ports = spec.path("ports").size();
    long nodePorts = 0;
    long balancers = 0;
    switch (Trees.text(spec, "type")) {
      case "NodePort" -> nodePorts = ports;
      case "LoadBalancer" -> {
        balancers = 1;
        nodePorts =
            spec.path("allocateLoadBalancerNodePorts").asBoolean(true) ? ports : chosen(spec);
      }
      default -> {}
    }
    return new Amounts(
        Map.of(
            "services.nodeports", Quantity.of(nodePorts),
            "services.loadbalancers", Quantity.of(balancers)));
  }

  private static long chosen(JsonNode spec) {
    long chosen = 0;
    for (JsonNode port : spec.path("ports")) {
      chosen += port.path("nodePort").asInt() > 0 ? 1 : 0;
    }
    return chosen;
  }

  private static Amounts claim(JsonNode claim) {
    Map<String, Quantity> used = new TreeMap<>();
    String storageClass = Trees.text(claim, "spec", "storageClassName");
    String prefix = storageClass.isEmpty() ? "" : storageClass + CLASS;
    if (!prefix.isEmpty()) {
      used.put(prefix + "persistentvolumeclaims", Quantity.of(1));
    }
    String asked = claim.at("/spec/resources/requests/storage").asText();
    String has = claim.at("/status/allocatedResources/storage").asText();
    if (!asked.isEmpty()) {
      Quantity request = Quantity.parse(asked);
      Quantity allocated = has.isEmpty() ? Quantity.ZERO : Quantity.parse(has);
      Quantity storage = allocated.compareTo(request) > 0 ? allocated : request;
      used.put("requests.storage", storage);
      if (!prefix.isEmpty()) {
        used.put(prefix + "requests.storage", storage);
      }
    }
    return new Amounts(used);
  }
}
