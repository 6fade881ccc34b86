package dev.wherry.cli.client.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * Explains a type or one of its fields in the layout of kubectl's plaintext form (kubectl
 * pkg/explain/v2).
 */
public final class Explanation {
  private static final int LINE_CHARS = 76;
  private static final int FIELD_LINE_CHARS = 78;
  private static final int ENUM_SHOWN_MAX = 4;

  private final JsonNode document;
  private final boolean recursive;
  private final int depthMax;
  private final StringBuilder out = new StringBuilder();

  private Explanation(JsonNode document, boolean recursive, int depthMax) {
    this.document = document;
    this.recursive = recursive;
    this.depthMax = depthMax;
  }

  /**
   * The text for a kind.
   *
   * @param path field names from the kind down
   * @param depthMax levels of a recursive list, 0 for all
   * @return "" when there is no such kind or field
   */
  public static String of(
      JsonNode document,
      String group,
      String version,
      String kind,
      List<String> path,
      boolean recursive,
      int depthMax) {
    for (JsonNode schema : document.path("components").path("schemas")) {
      for (JsonNode name : schema.path("x-kubernetes-group-version-kind")) {
        if (name.path("group").asText().equals(group)
            && name.path("version").asText().equals(version)
            && name.path("kind").asText().equals(kind)) {
          Explanation explanation = new Explanation(document, recursive, depthMax);
          boolean found = explanation.output(schema, path, Set.of());
          return found ? head(group, version, kind) + explanation.out + "\n" : "";
        }
      }
    }
    return "";
  }

  /** The lines that name the kind. */
  public static String head(String group, String version, String kind) {
    return (group.isEmpty() ? "" : "GROUP:      " + group + "\n")
        + "KIND:       %s\nVERSION:    %s\n\n".formatted(kind, version);
  }

  private JsonNode resolve(JsonNode schema) {
    String ref = ref(schema);
    if (!ref.startsWith("#/")) {
      return schema;
    }
    JsonNode found = document.at(ref.substring(1));
    return found.isMissingNode() ? schema : found;
  }

  private static String ref(JsonNode schema) {
    return schema.path("$ref").asText("");
  }

  private boolean output(JsonNode schema, List<String> path, Set<String> history) {
    JsonNode resolved = resolve(schema);
    if (path.isEmpty()) {
      out.append("DESCRIPTION:\n");
      String description = description(resolved);
      String text = description.isEmpty() ? "<empty>" : description;
      out.append(indent(WordWrap.wrap(text, LINE_CHARS), 4)).append('\n');
      int before = out.length();
      fields(resolved, 1, Set.of());
      if (out.length() > before) {
        out.insert(before, "FIELDS:\n");
      }
      return true;
    }
    String ref = ref(schema);
    if (!ref.isEmpty() && history.contains(ref)) {
      return false;
    }
    Set<String> seen = new HashSet<>(history);
    seen.add(ref);
    JsonNode field = resolved.path("properties").path(path.getFirst());
    if (!field.isMissingNode()) {
      if (path.size() == 1) {
        out.append("FIELD: ")
            .append(path.getFirst())
            .append(" <")
            .append(type(field))
            .append(">\n");
        enumeration(field.path("enum"));
        out.append("\n\n");
      }
      return output(field, path.subList(1, path.size()), Set.of());
    }
    if (resolved.has("items")) {
      return output(resolved.path("items"), path, seen);
    }
    if (resolved.path("additionalProperties").isObject()) {
      return output(resolved.path("additionalProperties"), path, seen);
    }
    for (JsonNode part : resolved.path("allOf")) {
      if (output(part, path, seen)) {
        return true;
      }
    }
    return false;
  }

  private String description(JsonNode schema) {
    JsonNode resolved = resolve(schema);
    StringBuilder text = new StringBuilder();
    String own = resolved.path("description").asText("");
    if (!own.isEmpty()) {
      text.append(own).append('\n');
    }
    resolved.path("allOf").forEach(part -> text.append(description(part)));
    if (resolved.has("items")) {
      text.append(description(resolved.path("items")));
    }
    if (resolved.path("additionalProperties").isObject()) {
      text.append(description(resolved.path("additionalProperties")));
    }
    return text.toString();
  }

  private void fields(JsonNode schema, int level, Set<String> history) {
    String ref = ref(schema);
    if (!ref.isEmpty() && history.contains(ref)) {
      return;
    }
    Set<String> seen = new HashSet<>(history);
    seen.add(ref);
    JsonNode resolved = resolve(schema);
    TreeMap<String, JsonNode> sorted = new TreeMap<>();
    resolved.path("properties").properties().forEach(e -> sorted.put(e.getKey(), e.getValue()));
    sorted.forEach((name, field) -> {
      field(name, field, required(resolved, name), level);
      if (recursive && (depthMax == 0 || level < depthMax)) {
        fields(field, level + 1, seen);
      }
    });
    resolved.path("allOf").forEach(part -> fields(part, level, seen));
    if (resolved.has("items")) {
      fields(resolved.path("items"), level, seen);
    }
    if (resolved.path("additionalProperties").isObject()) {
      fields(resolved.path("additionalProperties"), level, seen);
    }
  }

  private static boolean required(JsonNode schema, String name) {
    for (JsonNode one : schema.path("required")) {
      if (one.asText().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private void field(String name, JsonNode schema, boolean required, int level) {
    int indent = level * 2;
    out.repeat(' ', indent).append(name).append("\t<").append(type(schema)).append('>');
    if (required) {
      out.append(" -required-");
    }
    if (schema.has("enum")) {
      out.append('\n').repeat(' ', indent).append("enum: ").append(shortEnum(schema.path("enum")));
    }
    out.append('\n');
    if (!recursive) {
      String text = schema.path("description").asText("");
      String wrapped =
          WordWrap.wrap(text.isEmpty() ? "<no description>" : text, FIELD_LINE_CHARS - indent);
      out.append(indent(wrapped, indent + 2)).append("\n\n");
    }
  }

  private static String shortEnum(JsonNode values) {
    StringJoiner text = new StringJoiner(", ");
    int shown = 0;
    for (JsonNode value : values) {
      if (shown++ == ENUM_SHOWN_MAX) {
        text.add("....");
        break;
      }
      text.add(quotedIfEmpty(value));
    }
    return text.toString();
  }

  private void enumeration(JsonNode values) {
    if (!values.isEmpty()) {
      out.append("ENUM:");
      values.forEach(value -> out.append("\n    ").append(quotedIfEmpty(value)));
    }
  }

  private static String quotedIfEmpty(JsonNode value) {
    return value.isTextual() && value.asText().isEmpty() ? "\"\"" : value.asText();
  }

  /** A short name of a type: {@code string}, {@code []Container}, {@code map[string]string}. */
  private String type(JsonNode schema) {
    if (schema.has("items")) {
      return "[]" + type(schema.path("items"));
    }
    if (schema.path("additionalProperties").isObject()) {
      return "map[string]" + type(schema.path("additionalProperties"));
    }
    if (schema.path("allOf").size() == 1 && schema.path("properties").isEmpty()) {
      return type(schema.path("allOf").get(0));
    }
    String ref = ref(schema);
    if (!ref.isEmpty()) {
      JsonNode found =
          ref.startsWith("#/") ? document.at(ref.substring(1)) : MissingNode.getInstance();
      String type = found.path("type").asText("");
      return type.isEmpty() || type.equals("object")
          ? ref.substring(ref.lastIndexOf('.') + 1)
          : type;
    }
    String type = schema.path("type").asText("");
    return type.isEmpty() || type.equals("object") ? "Object" : type;
  }

  private static String indent(String text, int spaces) {
    String pad = " ".repeat(spaces);
    return pad + text.replace("\n", "\n" + pad);
  }
}
