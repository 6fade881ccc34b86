package dev.wherry.network.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.model.Times;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.networking.v1.Ingress;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.network.ingress.IngressController.Place;
import dev.wherry.network.ingress.kinds.GatewayKinds;
import dev.wherry.network.trees.TreeObject;
import java.time.InstantSource;
import java.util.List;

/** Writes statuses that differ from what is there; others' words in them stay. */
final class StatusWriter {
  private static final String STATUS = "status";
  private static final String PARENTS = "parents";
  private static final String ANCESTORS = "ancestors";
  private static final String CONDITIONS = "conditions";
  private static final String SINCE = "lastTransitionTime";

  private final ApiClient api;
  private final InstantSource clock;

  StatusWriter(ApiClient api, InstantSource clock) {
    this.api = api;
    this.clock = clock;
  }

  /** Where clients reach an Ingress; ports are named only where they are not 80 and 443. */
  void write(Ingress ingress, List<Place> places) {
    ArrayNode entries = Json.array();
    for (Place place : places) {
      Integer http = place.ports().ports().get(IngressSettings.HTTP_PORT);
      Integer https = place.ports().ports().get(IngressSettings.HTTPS_PORT);
      if (http == null) {
        continue;
      }
      ObjectNode entry = entries.addObject().put("ip", place.address());
      if (http != IngressSettings.HTTP_PORT
          || (https != null && https != IngressSettings.HTTPS_PORT)) {
        ArrayNode ports = entry.putArray("ports");
        ports.addObject().put("port", http).put("protocol", "TCP");
        if (https != null) {
          ports.addObject().put("port", https).put("protocol", "TCP");
        }
      }
    }
    JsonNode present =
        Ingress.KIND.toJson(ingress).path(STATUS).path("loadBalancer").path("ingress");
    if (entries.equals(present) || (entries.isEmpty() && present.isEmpty())) {
      return;
    }
    ObjectNode status = Json.object();
    status.putObject("loadBalancer").set("ingress", entries);
    patch(ingress, status);
  }

  /** The status of an object of Gateway API; times of conditions that stay the same stay. */
  void write(TreeObject object, ObjectNode wanted) {
    JsonNode present = object.status();
    ObjectNode status = wanted.deepCopy();
    if (status.has(PARENTS)) {
      keepOthers(present.path(PARENTS), status, PARENTS, "parentRef");
    } else if (status.has(ANCESTORS)) {
      keepOthers(present.path(ANCESTORS), status, ANCESTORS, "ancestorRef");
    } else {
      times(present.path(CONDITIONS), status.path(CONDITIONS));
      for (JsonNode listener : status.path("listeners")) {
        times(
            named(present.path("listeners"), "name", listener.path("name")).path(CONDITIONS),
            listener.path(CONDITIONS));
      }
    }
    for (var field : status.properties()) {
      if (!field.getValue().equals(present.path(field.getKey()))
          && !(field.getValue().isEmpty() && present.path(field.getKey()).isEmpty())) {
        patch(object, status);
        return;
      }
    }
  }

  /** Entries that other controllers wrote stay; ours are those that are wanted now. */
  private void keepOthers(JsonNode present, ObjectNode status, String list, String ref) {
    ArrayNode merged = Json.array();
    for (JsonNode parent : present) {
      if (!parent.path("controllerName").asText().equals(GatewayKinds.CONTROLLER)) {
        merged.add(parent);
      }
    }
    for (JsonNode parent : status.path(list)) {
      JsonNode before = Json.object();
      for (JsonNode one : present) {
        if (one.path("controllerName").equals(parent.path("controllerName"))
            && one.path(ref).equals(parent.path(ref))) {
          before = one;
        }
      }
      times(before.path(CONDITIONS), parent.path(CONDITIONS));
      merged.add(parent);
    }
    status.set(list, merged);
  }

  private static JsonNode named(JsonNode list, String field, JsonNode name) {
    for (JsonNode one : list) {
      if (one.path(field).equals(name)) {
        return one;
      }
    }
    return Json.object();
  }

  private void times(JsonNode before, JsonNode conditions) {
    for (JsonNode condition : conditions) {
      JsonNode old = named(before, "type", condition.path("type"));
      boolean same = old.path("status").equals(condition.path("status")) && old.has(SINCE);
      ((ObjectNode) condition)
          .put(SINCE, same ? old.path(SINCE).asText() : Times.time(clock.instant()));
    }
  }

  private void patch(KubeObject object, ObjectNode status) {
    ObjectNode patch = Json.object();
    patch.putObject("metadata").put("resourceVersion", object.metadata().resourceVersion());
    patch.set(STATUS, status);
    try {
      api.patch(
          object.kind(),
          object.metadata().namespace(),
          object.metadata().name(),
          PatchType.MERGE,
          patch,
          STATUS);
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }
}
