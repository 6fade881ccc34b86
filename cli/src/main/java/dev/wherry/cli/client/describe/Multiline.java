package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Fields with one line per entry: labels, annotations, taints, tolerations. */
final class Multiline {
  private static final Set<String> HIDDEN_ANNOTATIONS =
      Set.of("kubectl.kubernetes.io/last-applied-configuration");
  private static final int ANNOTATION_CHARS_MAX = 140;

  private Multiline() {}

  private static void entries(Page page, String title, List<String> lines) {
    page.text(title + ":\t");
    if (lines.isEmpty()) {
      page.text("<none>\n");
      return;
    }
    page.text(String.join("\n\t", lines) + "\n");
  }

  /** One line for each, or {@code <none>}. */
  static void list(Page page, String title, List<String> lines) {
    entries(page, title, lines);
  }

  static TreeMap<String, String> sorted(JsonNode map) {
    TreeMap<String, String> sorted = new TreeMap<>();
    map.properties().forEach(e -> sorted.put(e.getKey(), e.getValue().asText()));
    return sorted;
  }

  static void labels(Page page, String title, JsonNode labels) {
    List<String> lines = new ArrayList<>();
    sorted(labels).forEach((key, value) -> lines.add(key + "=" + value));
    entries(page, title, lines);
  }

  static void annotations(Page page, String title, JsonNode annotations) {
    List<String> lines = new ArrayList<>();
    sorted(annotations)
        .forEach((key, text) -> {
          if (HIDDEN_ANNOTATIONS.contains(key)) {
            return;
          }
          String value = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
          if (value.length() + key.length() + 2 <= ANNOTATION_CHARS_MAX
              && value.indexOf('\n') < 0) {
            lines.add(key + ": " + value);
            return;
          }
          lines.add(key + ":");
          for (String part : value.split("\n", -1)) {
            lines.add("  " + shortened(part));
          }
        });
    entries(page, title, lines);
  }

  private static String shortened(String text) {
    int limit = ANNOTATION_CHARS_MAX - 2;
    return text.length() > limit ? text.substring(0, limit) + "..." : text;
  }

  static void metadata(Page page, JsonNode object) {
    labels(page, "Labels", object.path("metadata").path("labels"));
    annotations(page, "Annotations", object.path("metadata").path("annotations"));
  }

  static void taints(Page page, JsonNode taints) {
    List<JsonNode> sorted = new ArrayList<>();
    taints.forEach(sorted::add);
    sorted.sort(
        Comparator.comparing(t -> t.path("effect").asText() + "," + t.path("key").asText()));
    List<String> lines = new ArrayList<>();
    for (JsonNode taint : sorted) {
      String value = taint.path("value").asText("");
      String effect = taint.path("effect").asText("");
      lines.add(
          taint.path("key").asText()
              + (value.isEmpty() ? "" : "=" + value)
              + (effect.isEmpty() ? "" : ":" + effect));
    }
    entries(page, "Taints", lines);
  }

  static void tolerations(Page page, String title, JsonNode tolerations) {
    List<JsonNode> sorted = new ArrayList<>();
    tolerations.forEach(sorted::add);
    sorted.sort(Comparator.comparing(t -> t.path("key").asText("")));
    entries(page, title, sorted.stream().map(Multiline::toleration).toList());
  }

  private static String toleration(JsonNode toleration) {
    String key = toleration.path("key").asText("");
    String value = toleration.path("value").asText("");
    String effect = toleration.path("effect").asText("");
    StringBuilder text = new StringBuilder(key);
    if (!value.isEmpty()) {
      text.append('=').append(value);
    }
    if (!effect.isEmpty()) {
      text.append(':').append(effect);
    }
    if (toleration.path("operator").asText("").equals("Exists") && value.isEmpty()) {
      text.append(text.isEmpty() ? "op=Exists" : " op=Exists");
    }
    if (toleration.has("tolerationSeconds")) {
      text.append(" for ").append(toleration.path("tolerationSeconds").asLong()).append('s');
    }
    return text.toString();
  }

  /** The selector of a workload as the API takes it: {@code a=b,c in (d,e)}. */
  static String selector(JsonNode selector) {
    TreeMap<String, String> parts = new TreeMap<>();
    sorted(selector.path("matchLabels")).forEach((k, v) -> parts.put(k, k + "=" + v));
    for (JsonNode one : selector.path("matchExpressions")) {
      String key = one.path("key").asText();
      String values = "(" + Page.joined(one.path("values"), ",") + ")";
      parts.put(
          key,
          switch (one.path("operator").asText()) {
            case "In" -> key + " in " + values;
            case "NotIn" -> key + " notin " + values;
            case "DoesNotExist" -> "!" + key;
            default -> key;
          });
    }
    return String.join(",", parts.values());
  }

  /** {@code a=b,c=d}, or {@code <none>}. */
  static String pairs(JsonNode labels) {
    StringJoiner text = new StringJoiner(",");
    text.setEmptyValue("<none>");
    sorted(labels).forEach((key, value) -> text.add(key + "=" + value));
    return text.toString();
  }

  /** {@code ReplicaSet/web}, "" when nothing controls the object. */
  static String controller(JsonNode object) {
    for (JsonNode owner : object.path("metadata").path("ownerReferences")) {
      if (owner.path("controller").asBoolean()) {
        return owner.path("kind").asText() + "/" + owner.path("name").asText();
      }
    }
    return "";
  }
}
