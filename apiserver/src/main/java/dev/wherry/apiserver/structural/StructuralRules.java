package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException.Cause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether a schema is structural (apiextensions-apiserver schema/validation.go). */
public final class StructuralRules {
  private static final JsonNode INT_OR_STRING =
      Json.parse("[{\"type\":\"integer\"},{\"type\":\"string\"}]");
  private static final Set<String> METADATA_MAY = Set.of("type", "properties", "description");
  private static final Set<String> METADATA_FIELDS = Set.of("name", "generateName");
  private static final List<String[]> FORBIDDEN_WITHIN =
      List.of(
          new String[] {"type", "must be empty to be structural"},
          new String[] {"additionalProperties", "must be undefined to be structural"},
          new String[] {"default", "must be undefined to be structural"},
          new String[] {"title", "must be empty to be structural"},
          new String[] {"description", "must be empty to be structural"},
          new String[] {"nullable", "must be false to be structural"},
          new String[] {"x-kubernetes-preserve-unknown-fields", "must be false to be structural"},
          new String[] {"x-kubernetes-embedded-resource", "must be false to be structural"},
          new String[] {"x-kubernetes-int-or-string", "must be false to be structural"},
          new String[] {"x-kubernetes-list-map-keys", "must be empty to be structural"},
          new String[] {"x-kubernetes-list-type", "must be undefined to be structural"},
          new String[] {"x-kubernetes-map-type", "must be undefined to be structural"},
          new String[] {"x-kubernetes-validations", "must be empty to be structural"});

  private final List<Cause> causes = new ArrayList<>();

  private StructuralRules() {}

  private enum Level {
    ROOT("must not be empty at the root"),
    ITEM("must not be empty for specified array items"),
    FIELD("must not be empty for specified object fields");

    private final String typeless;

    Level(String typeless) {
      this.typeless = typeless;
    }
  }

  /** The violations of one schema, sorted. */
  public static List<Cause> check(JsonNode schema, String path) {
    StructuralRules rules = new StructuralRules();
    rules.schema(schema, Level.ROOT, path);
    Completeness.check(schema, path).forEach(rules.causes::add);
    rules.causes.sort(Comparator.comparing(cause -> cause.field() + ": " + cause.message()));
    return List.copyOf(rules.causes);
  }

  private void required(String path, String said) {
    causes.add(new Cause("FieldValueRequired", "Required value: " + said, path));
  }

  private void forbidden(String path, String said) {
    causes.add(new Cause("FieldValueForbidden", "Forbidden: " + said, path));
  }

  private void invalid(String path, JsonNode value, String said) {
    String shown = value.isMissingNode() ? "\"\"" : value.toString();
    causes.add(Cause.invalid(path, shown, said));
  }

  private static boolean is(JsonNode schema, String flag) {
    return schema.path(flag).asBoolean();
  }

  private static String type(JsonNode schema) {
    return schema.path("type").asText();
  }

  private void schema(JsonNode s, Level level, String path) {
    if (type(s).equals("array") && !s.path("items").isObject()) {
      required(path + ".items", "must be specified");
    }
    if (s.path("items").isObject()) {
      schema(s.path("items"), Level.ITEM, path + ".items");
    }
    for (Map.Entry<String, JsonNode> e : s.path("properties").properties()) {
      schema(e.getValue(), Level.FIELD, path + ".properties[" + e.getKey() + "]");
    }
    JsonNode more = s.path("additionalProperties");
    if (!more.isMissingNode() && level == Level.ROOT) {
      forbidden(path + ".additionalProperties", "must not be used at the root");
    }
    if (more.isObject()) {
      schema(more, Level.FIELD, path + ".additionalProperties");
    }
    extensions(s, path);
    boolean anyOf = s.path("anyOf").equals(INT_OR_STRING);
    boolean allOf = s.path("allOf").path(0).path("anyOf").equals(INT_OR_STRING);
    validations(s, anyOf, allOf, path);
    shape(s, level, path);
    if (level == Level.ROOT || is(s, "x-kubernetes-embedded-resource")) {
      objectFields(s, path);
    }
    if (s.path("properties").has("metadata") && level == Level.ROOT) {
      metadata(s.path("properties").path("metadata"), path + ".properties[metadata]");
    }
  }

  private void extensions(JsonNode s, String path) {
    String said = "must be false if x-kubernetes-int-or-string is true";
    if (!is(s, "x-kubernetes-int-or-string")) {
      return;
    }
    for (String flag :
        List.of("x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource")) {
      if (is(s, flag)) {
        invalid(path + "." + flag, s.path(flag), said);
      }
    }
  }

  private void shape(JsonNode s, Level level, String path) {
    boolean embedded = is(s, "x-kubernetes-embedded-resource");
    boolean preserving = is(s, "x-kubernetes-preserve-unknown-fields");
    String type = type(s);
    if (embedded && !type.equals("object")) {
      String said = "must be object if x-kubernetes-embedded-resource is true";
      if (type.isEmpty()) {
        required(path + ".type", said);
      } else {
        invalid(path + ".type", s.path("type"), said);
      }
    } else if (type.isEmpty() && !is(s, "x-kubernetes-int-or-string") && !preserving) {
      required(path + ".type", level.typeless);
    }
    if (embedded && s.has("additionalProperties")) {
      forbidden(
          path + ".additionalProperties",
          "must not be used if x-kubernetes-embedded-resource is set");
    }
    if (level == Level.ROOT && !type.isEmpty() && !type.equals("object")) {
      invalid(path + ".type", s.path("type"), "must be object at the root");
    }
    if (embedded && !preserving && s.path("properties").isEmpty()) {
      required(
          path + ".properties",
          "must not be empty if x-kubernetes-embedded-resource is true without"
              + " x-kubernetes-preserve-unknown-fields");
    }
  }

  private void objectFields(JsonNode s, String path) {
    for (String field : List.of("kind", "apiVersion")) {
      JsonNode declared = s.path("properties").path(field);
      if (declared.isObject() && !type(declared).equals("string")) {
        invalid(path + ".properties[" + field + "].type", declared.path("type"), "must be string");
      }
    }
    JsonNode metadata = s.path("properties").path("metadata");
    if (metadata.isObject() && !type(metadata).equals("object")) {
      invalid(path + ".properties[metadata].type", metadata.path("type"), "must be object");
    }
  }

  /** Metadata is there anyway; only its names can be restricted. */
  private void metadata(JsonNode metadata, String path) {
    boolean names =
        metadata.path("properties").properties().stream()
            .allMatch(e -> METADATA_FIELDS.contains(e.getKey()));
    boolean nothingElse =
        metadata.properties().stream()
            .allMatch(e -> METADATA_MAY.contains(e.getKey()) && !e.getKey().equals("description"));
    if (!names || !nothingElse) {
      forbidden(
          path,
          "must not specify anything other than name and generateName, but metadata is implicitly"
              + " specified");
    }
  }

  private void validations(JsonNode s, boolean skipAnyOf, boolean skipInAllOf, String path) {
    if (!skipAnyOf) {
      each(s, "anyOf", path);
    }
    JsonNode allOf = s.path("allOf");
    for (int i = 0; i < allOf.size(); i++) {
      nested(allOf.get(i), skipInAllOf && i == 0, path + ".allOf[" + i + "]");
    }
    each(s, "oneOf", path);
    if (s.path("not").isObject()) {
      nested(s.path("not"), false, path + ".not");
    }
    String pattern = s.path("pattern").asText();
    if (!pattern.isEmpty()) {
      try {
        Pattern.compile(pattern);
      } catch (PatternSyntaxException e) {
        invalid(
            path + ".pattern",
            s.path("pattern"),
            "must be a valid regular expression, but isn't: " + e.getMessage());
      }
    }
  }

  private void each(JsonNode s, String junctor, String path) {
    for (int i = 0; i < s.path(junctor).size(); i++) {
      nested(s.path(junctor).get(i), false, path + "." + junctor + "[" + i + "]");
    }
  }

  private void nested(JsonNode v, boolean skipAnyOf, String path) {
    validations(v, skipAnyOf, false, path);
    if (v.path("items").isObject()) {
      nested(v.path("items"), false, path + ".items");
    }
    for (Map.Entry<String, JsonNode> e : v.path("properties").properties()) {
      nested(e.getValue(), false, path + ".properties[" + e.getKey() + "]");
    }
    for (String[] rule : FORBIDDEN_WITHIN) {
      JsonNode value = v.path(rule[0]);
      boolean empty =
          value.isMissingNode()
              || value.isNull()
              || (value.isBoolean() && !value.booleanValue())
              || (value.isTextual() && value.textValue().isEmpty());
      if (!empty) {
        forbidden(path + "." + rule[0], rule[1]);
      }
    }
    if (v.path("properties").has("metadata")) {
      forbidden(path + ".properties[metadata]", "must not be specified in a nested context");
    }
  }
}
