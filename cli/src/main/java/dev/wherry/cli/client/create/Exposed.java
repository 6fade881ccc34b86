package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Found;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an object tells about a service for it (kubectl pkg/polymorphichelpers).
 *
 * @param selector of the pods
 * @param protocols by port
 */
record Exposed(
    Map<String, String> labels,
    Map<String, String> selector,
    List<String> ports,
    Map<String, List<String>> protocols) {
  private static final List<String> KINDS =
      List.of("ReplicationController", "Service", "Pod", "Deployment.apps", "ReplicaSet.apps");

  static Exposed of(Found found) {
    String kind = found.target().type().kind();
    String group = found.target().type().group();
    String full = group.isEmpty() ? kind : kind + "." + group;
    if (!KINDS.contains(full)) {
      throw ClientException.error("cannot expose a " + full);
    }
    JsonNode object = found.object();
    Map<String, List<String>> protocols = new LinkedHashMap<>();
    if (kind.equals("Service")) {
      object.path("spec").path("ports").forEach(port -> add(protocols, port, "port"));
    } else {
      String place = kind.equals("Pod") ? "/spec" : "/spec/template/spec";
      object
          .at(place)
          .path("containers")
          .forEach(container ->
              container.path("ports").forEach(port -> add(protocols, port, "containerPort")));
    }
    return new Exposed(
        texts(object.path("metadata").path("labels")),
        selector(kind, object),
        List.copyOf(protocols.keySet()),
        protocols);
  }

  private static void add(Map<String, List<String>> protocols, JsonNode port, String field) {
    protocols
        .computeIfAbsent(port.path(field).asText(), number -> new ArrayList<>())
        .add(port.path("protocol").asText("TCP"));
  }

  private static Map<String, String> selector(String kind, JsonNode object) {
    JsonNode selector = object.path("spec").path("selector");
    switch (kind) {
      case "Pod" -> {
        JsonNode labels = object.path("metadata").path("labels");
        return required(labels, "the pod has no labels and cannot be exposed");
      }
      case "Service", "ReplicationController" -> {
        return required(selector, "the service has no pod selector set");
      }
      default -> {
        if (!selector.path("matchExpressions").isEmpty()) {
          throw refused("couldn't convert expressions to map-based selector format");
        }
        String what = kind.equals("Deployment") ? "deployment" : "replicaset";
        return required(
            selector.path("matchLabels"),
            "invalid " + what + ": no selectors, therefore cannot be exposed");
      }
    }
  }

  private static Map<String, String> required(JsonNode labels, String complaint) {
    if (labels.isEmpty()) {
      throw refused(complaint);
    }
    return texts(labels);
  }

  private static ClientException refused(String why) {
    return ClientException.error(
        "couldn't retrieve selectors via --selector flag or introspection: " + why);
  }

  private static Map<String, String> texts(JsonNode labels) {
    Map<String, String> sorted = new TreeMap<>();
    labels.properties().forEach(e -> sorted.put(e.getKey(), e.getValue().asText()));
    return sorted;
  }
}
