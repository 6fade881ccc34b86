package dev.wherry.kubelet.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.json.Json;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The strategic merge patch from one status to another. Pure. */
public final class StatusPatch {
  /** Lists that merge by a key, so that a shorter one must say that it replaces. */
  private static final Set<String> MERGED = Set.of("podIPs", "hostIPs");

  private static final String CONDITIONS = "conditions";

  private StatusPatch() {}

  /** The patch, or nothing when both are the same. */
  public static Optional<JsonNode> between(Pod pod, PodStatus before, PodStatus after) {
    JsonNode old = Pod.KIND.toJson(pod.toBuilder().status(before).build()).path("status");
    JsonNode wanted = Pod.KIND.toJson(pod.toBuilder().status(after).build()).path("status");
    ObjectNode changes = Json.object();
    for (Map.Entry<String, JsonNode> field : wanted.properties()) {
      JsonNode value = field.getValue();
      if (field.getKey().equals(CONDITIONS)) {
        ArrayNode told = conditions(pod, old.path(CONDITIONS), value);
        if (!told.isEmpty()) {
          changes.set(CONDITIONS, told);
        }
      } else if (!value.equals(old.path(field.getKey()))) {
        changes.set(field.getKey(), MERGED.contains(field.getKey()) ? replacing(value) : value);
      }
    }
    old.fieldNames()
        .forEachRemaining(name -> {
          if (!wanted.has(name)) {
            changes.putNull(name);
          }
        });
    if (changes.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode patch = Json.object();
    patch.putObject("metadata").put("uid", pod.metadata().uid());
    patch.set("status", changes);
    return Optional.of(patch);
  }

  /**
   * Conditions merge by type: those that changed are told, those of ours that are over are taken
   * away, and never those that others set.
   */
  private static ArrayNode conditions(Pod pod, JsonNode old, JsonNode wanted) {
    ArrayNode told = Json.array();
    for (JsonNode condition : wanted) {
      String type = condition.path("type").asText();
      boolean changed = true;
      for (JsonNode before : old) {
        changed &= !before.equals(condition);
      }
      boolean others =
          !Conditions.OWNED.contains(type)
              && pod.status().conditions().stream().anyMatch(c -> c.type().equals(type));
      if (changed && !others) {
        told.add(condition);
      }
    }
    for (JsonNode before : old) {
      String type = before.path("type").asText();
      boolean over = wanted.valueStream().noneMatch(c -> c.path("type").asText().equals(type));
      if (over && Conditions.OWNED.contains(type)) {
        told.addObject().put("$patch", "delete").put("type", type);
      }
    }
    return told;
  }

  private static JsonNode replacing(JsonNode list) {
    ArrayNode out = Json.array();
    list.forEach(out::add);
    out.addObject().put("$patch", "replace");
    return out;
  }
}
