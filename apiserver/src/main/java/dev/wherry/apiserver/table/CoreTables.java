package dev.wherry.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;

/** Tables of the core group except Services and volumes. */
final class CoreTables {
  private static final String ROLE_LABEL_PREFIX = "node-role.kubernetes.io/";
  private static final String ROLE_LABEL = "kubernetes.io/role";

  private CoreTables() {}

  static KindTable pods() {
    return KindTable.builder()
        .name()
        .text("Ready", "Containers ready, of all that should be.", o -> PodSummary.of(o).ready())
        .text("Status", "The containers' states in one word.", o -> PodSummary.of(o).status())
        .timed(
            "Restarts",
            "Container restarts, and when the last one was.",
            (o, now) -> PodSummary.of(o).restarts(now))
        .age()
        .wide("IP", "The pod's first address.", CoreTables::podIp)
        .wide(
            "Node",
            "The node the pod runs on.",
            o -> Fields.textOr(Fields.NONE, o, "spec", "nodeName"))
        .wide(
            "Nominated Node",
            "The node where preemption makes room for the pod.",
            o -> Fields.textOr(Fields.NONE, o, "status", "nominatedNodeName"))
        .wide(
            "Readiness Gates", "Readiness gates that are true, of all.", PodSummary::readinessGates)
        .build();
  }

  private static String podIp(JsonNode pod) {
    String first = Fields.text(pod.path("status").path("podIPs").path(0), "ip");
    return first.isEmpty() ? Fields.textOr(Fields.NONE, pod, "status", "podIP") : first;
  }

  static KindTable podTemplates() {
    return KindTable.builder()
        .name()
        .text("Containers", "Container names of the template.", o -> names(o.path("template")))
        .text("Images", "Container images of the template.", o -> images(o.path("template")))
        .text(
            "Pod Labels",
            "Labels of the template.",
            o -> Fields.labels(Fields.get(o, "template", "metadata", "labels")))
        .build();
  }

  static String names(JsonNode template) {
    return Fields.join(Fields.get(template, "spec", "containers"), c -> Fields.text(c, "name"));
  }

  static String images(JsonNode template) {
    return Fields.join(Fields.get(template, "spec", "containers"), c -> Fields.text(c, "image"));
  }

  static KindTable nodes() {
    return KindTable.builder()
        .name()
        .text("Status", "Whether the node is ready and takes pods.", CoreTables::nodeStatus)
        .text("Roles", "Roles the node's labels give it.", CoreTables::nodeRoles)
        .age()
        .text(
            "Version",
            "Version of the kubelet.",
            o -> Fields.text(o, "status", "nodeInfo", "kubeletVersion"))
        .wide("Internal-IP", "First internal address.", o -> address(o, "InternalIP"))
        .wide("External-IP", "First external address.", o -> address(o, "ExternalIP"))
        .wide("OS-Image", "Operating system.", o -> nodeInfo(o, "osImage"))
        .wide("Kernel-Version", "Kernel version.", o -> nodeInfo(o, "kernelVersion"))
        .wide(
            "Container-Runtime",
            "Container runtime and version.",
            o -> nodeInfo(o, "containerRuntimeVersion"))
        .build();
  }

  private static String nodeStatus(JsonNode node) {
    JsonNode ready = Fields.condition(node, "Ready");
    String status = "Unknown";
    if (ready.isObject()) {
      status = Fields.text(ready, "status").equals("True") ? "Ready" : "NotReady";
    }
    return Fields.get(node, "spec", "unschedulable").asBoolean()
        ? status + ",SchedulingDisabled"
        : status;
  }

  private static String nodeRoles(JsonNode node) {
    TreeSet<String> roles = new TreeSet<>();
    Fields.get(node, "metadata", "labels")
        .properties()
        .forEach(label -> {
          String key = label.getKey();
          if (key.startsWith(ROLE_LABEL_PREFIX) && key.length() > ROLE_LABEL_PREFIX.length()) {
            roles.add(key.substring(ROLE_LABEL_PREFIX.length()));
          } else if (key.equals(ROLE_LABEL) && !label.getValue().asText().isEmpty()) {
            roles.add(label.getValue().asText());
          }
        });
    return roles.isEmpty() ? Fields.NONE : String.join(",", roles);
  }

  private static String address(JsonNode node, String type) {
    for (JsonNode address : Fields.get(node, "status", "addresses")) {
      if (Fields.text(address, "type").equals(type)) {
        return Fields.text(address, "address");
      }
    }
    return Fields.NONE;
  }

  private static String nodeInfo(JsonNode node, String field) {
    return Fields.textOr(Fields.UNKNOWN, node, "status", "nodeInfo", field);
  }

  static KindTable namespaces() {
    return KindTable.builder()
        .name()
        .text("Status", "Phase.", o -> Fields.text(o, "status", "phase"))
        .age()
        .build();
  }

  static KindTable secrets() {
    return KindTable.builder()
        .name()
        .text("Type", "Who reads the data.", o -> Fields.text(o, "type"))
        .number("Data", "string", "Number of entries.", 0, o -> o.path("data").size())
        .age()
        .build();
  }

  static KindTable configMaps() {
    return KindTable.builder()
        .name()
        .number(
            "Data",
            "string",
            "Number of entries.",
            0,
            o -> o.path("data").size() + (long) o.path("binaryData").size())
        .age()
        .build();
  }

  static KindTable serviceAccounts() {
    return KindTable.builder()
        .name()
        .number("Secrets", "string", "Number of secrets named.", 0, o -> o.path("secrets").size())
        .age()
        .build();
  }

  static KindTable componentStatuses() {
    return KindTable.builder()
        .name()
        .text("Status", "Healthy or not.", CoreTables::componentHealth)
        .text("Message", "The check's message.", o -> Fields.text(healthy(o), "message"))
        .text("Error", "The check's error.", o -> Fields.text(healthy(o), "error"))
        .build();
  }

  private static JsonNode healthy(JsonNode component) {
    for (JsonNode condition : component.path("conditions")) {
      if (Fields.text(condition, "type").equals("Healthy")) {
        return condition;
      }
    }
    return component.path("\0");
  }

  private static String componentHealth(JsonNode component) {
    return switch (Fields.text(healthy(component), "status")) {
      case "" -> "Unknown";
      case "True" -> "Healthy";
      default -> "Unhealthy";
    };
  }

  static KindTable resourceQuotas() {
    return KindTable.builder()
        .name()
        .text("Request", "Requests and counts in use, of what is allowed.", o -> quota(o, false))
        .text("Limit", "Limits in use, of what is allowed.", o -> quota(o, true))
        .age()
        .build();
  }

  private static String quota(JsonNode quota, boolean limits) {
    TreeMap<String, String> parts = new TreeMap<>();
    Fields.get(quota, "status", "hard")
        .properties()
        .forEach(hard -> {
          if (hard.getKey().startsWith("limits.") == limits) {
            String used = Fields.textOr("0", quota, "status", "used", hard.getKey());
            parts.put(hard.getKey(), used + "/" + hard.getValue().asText());
          }
        });
    List<String> texts = new ArrayList<>();
    parts.forEach((name, value) -> texts.add(name + ": " + value));
    return String.join(", ", texts);
  }

  static KindTable events() {
    return eventTable(
        "involvedObject",
        "message",
        "firstTimestamp",
        "lastTimestamp",
        "count",
        "source",
        "reportingComponent");
  }

  static KindTable newEvents() {
    return eventTable(
        "regarding",
        "note",
        "deprecatedFirstTimestamp",
        "deprecatedLastTimestamp",
        "deprecatedCount",
        "deprecatedSource",
        "reportingController");
  }

  private static KindTable eventTable(
      String object,
      String message,
      String first,
      String last,
      String count,
      String source,
      String controller) {
    return KindTable.builder()
        .timed("Last Seen", "When it happened last.", (o, now) -> lastSeen(o, first, last, now))
        .text("Type", "Normal or Warning.", o -> Fields.text(o, "type"))
        .text("Reason", "Why, in one word.", o -> Fields.text(o, "reason"))
        .text("Object", "What it is about.", o -> subject(o.path(object)))
        .wide("Subobject", "Which part of it.", o -> Fields.text(o, object, "fieldPath"))
        .wide("Source", "Who reported it.", o -> reporter(o, source, controller))
        .text("Message", "What happened.", o -> Fields.text(o, message).strip())
        .timed("First Seen", "When it happened first.", 1, (o, now) -> firstSeen(o, first, now))
        .number("Count", "string", "How often.", 1, o -> occurrences(o, count))
        .column(
            new Column("Name", "string", "name", "Name of the event.", 1),
            (o, now) -> TextNode.valueOf(Fields.name(o)))
        .build();
  }

  private static String subject(JsonNode reference) {
    String kind = Fields.text(reference, "kind").toLowerCase(Locale.ROOT);
    String name = Fields.text(reference, "name");
    return name.isEmpty() ? kind : kind + "/" + name;
  }

  private static String reporter(JsonNode event, String source, String controller) {
    String component = Fields.textOr(Fields.text(event, controller), event, source, "component");
    String host = Fields.textOr(Fields.text(event, "reportingInstance"), event, source, "host");
    if (host.isEmpty()) {
      return component;
    }
    return component + ", " + host;
  }

  private static String firstSeen(JsonNode event, String first, Instant now) {
    return Fields.present(event, first)
        ? TimeCells.since(event.path(first), now)
        : TimeCells.since(event.path("eventTime"), now);
  }

  private static String lastSeen(JsonNode event, String first, String last, Instant now) {
    if (event.path("series").isObject()) {
      return TimeCells.since(Fields.get(event, "series", "lastObservedTime"), now);
    }
    return Fields.present(event, last)
        ? TimeCells.since(event.path(last), now)
        : firstSeen(event, first, now);
  }

  private static long occurrences(JsonNode event, String count) {
    if (event.path("series").isObject()) {
      return Fields.number(event, "series", "count");
    }
    long seen = Fields.number(event, count);
    return seen == 0 ? 1 : seen;
  }
}
