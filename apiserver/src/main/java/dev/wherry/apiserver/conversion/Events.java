package dev.wherry.apiserver.conversion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** Events of the core group and of events.k8s.io (pkg/apis/events/v1/conversion.go). */
final class Events {
  /** Fields by their names in events.k8s.io and in core. */
  private static final Map<String, String> NAMES = new LinkedHashMap<>();

  static {
    NAMES.put("regarding", "involvedObject");
    NAMES.put("note", "message");
    NAMES.put("deprecatedSource", "source");
    NAMES.put("deprecatedFirstTimestamp", "firstTimestamp");
    NAMES.put("deprecatedLastTimestamp", "lastTimestamp");
    NAMES.put("deprecatedCount", "count");
    NAMES.put("reportingController", "reportingComponent");
  }

  private static final Map<String, String> CORE_NAMES = new LinkedHashMap<>();

  static {
    NAMES.forEach((v1, core) -> CORE_NAMES.put(core, v1));
  }

  private Events() {}

  static ObjectNode toCore(ObjectNode event) {
    ObjectNode core = renamed(event, NAMES).put("apiVersion", "v1");
    // No omitempty in core: typed clients write these texts always.
    for (String field : new String[] {"reportingComponent", "reportingInstance"}) {
      if (!core.has(field)) {
        core.put(field, "");
      }
    }
    return core;
  }

  static ObjectNode toV1(ObjectNode core) {
    ObjectNode event = renamed(core, CORE_NAMES).put("apiVersion", "events.k8s.io/v1");
    for (String field : new String[] {"reportingController", "reportingInstance"}) {
      if (event.path(field).asText("x").isEmpty()) {
        event.remove(field);
      }
    }
    return event;
  }

  private static ObjectNode renamed(ObjectNode from, Map<String, String> names) {
    ObjectNode to = Json.object();
    for (Map.Entry<String, JsonNode> e : from.properties()) {
      to.set(names.getOrDefault(e.getKey(), e.getKey()), e.getValue().deepCopy());
    }
    return to;
  }
}
