package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a value has to fulfil beside its shape; limits are -1 where there are none. */
@SuppressWarnings("Immutable")
record Validations(
    String format,
    @Nullable JsonNode minimum,
    @Nullable JsonNode maximum,
    boolean exclusiveMinimum,
    boolean exclusiveMaximum,
    @Nullable JsonNode multipleOf,
    long minLength,
    long maxLength,
    long minItems,
    long maxItems,
    long minProperties,
    long maxProperties,
    boolean uniqueItems,
    @Nullable Pattern pattern,
    List<JsonNode> enumeration,
    Set<String> required,
    List<Structural> allOf,
    List<Structural> anyOf,
    List<Structural> oneOf,
    @Nullable Structural not) {
  static Validations of(JsonNode s) {
    return new Validations(
        s.path("format").asText(),
        s.get("minimum"),
        s.get("maximum"),
        s.path("exclusiveMinimum").asBoolean(),
        s.path("exclusiveMaximum").asBoolean(),
        s.get("multipleOf"),
        s.path("minLength").asLong(-1),
        s.path("maxLength").asLong(-1),
        s.path("minItems").asLong(-1),
        s.path("maxItems").asLong(-1),
        s.path("minProperties").asLong(-1),
        s.path("maxProperties").asLong(-1),
        s.path("uniqueItems").asBoolean(),
        s.path("pattern").asText().isEmpty() ? null : Pattern.compile(s.path("pattern").asText()),
        nodes(s.path("enum")),
        Collections.unmodifiableSet(new java.util.LinkedHashSet<>(texts(s.path("required")))),
        schemas(s.path("allOf")),
        schemas(s.path("anyOf")),
        schemas(s.path("oneOf")),
        s.path("not").isObject() ? Structural.of(s.path("not")) : null);
  }

  static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>(list.size());
    list.forEach(item -> texts.add(item.asText()));
    return List.copyOf(texts);
  }

  private static List<JsonNode> nodes(JsonNode list) {
    List<JsonNode> nodes = new ArrayList<>(list.size());
    list.forEach(nodes::add);
    return List.copyOf(nodes);
  }

  private static List<Structural> schemas(JsonNode list) {
    List<Structural> schemas = new ArrayList<>(list.size());
    list.forEach(item -> schemas.add(Structural.of(item)));
    return List.copyOf(schemas);
  }
}
