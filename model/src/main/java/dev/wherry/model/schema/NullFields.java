package dev.wherry.model.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * The fields that Go's encoder writes as null while nothing is in them: lists, maps and pointers
 * without {@code omitempty}, and times, to which {@code omitempty} means nothing. The table {@code
 * go-nulls.tsv} names them by type and field (k8s.io/api, apimachinery and apiextensions v0.36).
 * They stand in what clients read and in stored bytes, never in trees that are worked with.
 */
public final class NullFields {
  private static final Map<String, List<String>> NULLS = read();

  /** Filled as types are met; as many as the schema has types. */
  private static final Map<String, Plan> PLANS = new ConcurrentHashMap<>();

  private NullFields() {}

  /**
   * What to do in a structure.
   *
   * @param nulls its own fields that may be null
   * @param deeper fields that hold structures with such fields, at any depth
   */
  private record Plan(List<String> nulls, Map<String, FieldType> deeper) {
    static final Plan NOTHING = new Plan(List.of(), Map.of());

    boolean isEmpty() {
      return nulls.isEmpty() && deeper.isEmpty();
    }
  }

  /**
   * An object as clients get it: with nulls where its kind has them. The given tree is not changed,
   * and is the result where nothing is missing; so are objects of kinds that are not built in.
   */
  public static ObjectNode shown(Schema schema, ObjectNode object) {
    return typeOf(schema, object)
        .map(type -> (ObjectNode) added(schema, plan(schema, type.name()), object))
        .orElse(object);
  }

  /** Takes the nulls that {@link #shown} adds out of a tree, in place. */
  public static void drop(Schema schema, ObjectNode object) {
    typeOf(schema, object).ifPresent(type -> dropped(schema, plan(schema, type.name()), object));
  }

  private static Optional<ObjectType> typeOf(Schema schema, ObjectNode object) {
    return schema.ofKind(object.path("apiVersion").asText(), object.path("kind").asText());
  }

  private static JsonNode added(Schema schema, Plan plan, JsonNode value) {
    if (!(value instanceof ObjectNode object) || plan.isEmpty()) {
      return value;
    }
    Map<String, JsonNode> changes = new LinkedHashMap<>();
    for (Map.Entry<String, FieldType> e : plan.deeper().entrySet()) {
      JsonNode before = object.get(e.getKey());
      if (before != null) {
        JsonNode after = added(schema, e.getValue(), before);
        if (after != before) {
          changes.put(e.getKey(), after);
        }
      }
    }
    for (String name : plan.nulls()) {
      if (!object.has(name)) {
        changes.put(name, NullNode.getInstance());
      }
    }
    if (changes.isEmpty()) {
      return object;
    }
    ObjectNode shown = Json.object();
    shown.setAll(object);
    shown.setAll(changes);
    return shown;
  }

  private static JsonNode added(Schema schema, FieldType type, JsonNode value) {
    return switch (type) {
      case FieldType.Ref(String name) -> added(schema, plan(schema, name), value);
      case FieldType.ListOf(FieldType item) when value instanceof ArrayNode list ->
          eachOf(list, element -> added(schema, item, element));
      case FieldType.MapOf(FieldType item) when value instanceof ObjectNode map ->
          eachOf(map, element -> added(schema, item, element));
      case FieldType.ListOf _, FieldType.MapOf _, FieldType.Scalar _ -> value;
    };
  }

  private static JsonNode eachOf(ArrayNode list, UnaryOperator<JsonNode> change) {
    ArrayNode changed = Json.array();
    boolean same = true;
    for (JsonNode element : list) {
      JsonNode after = change.apply(element);
      same &= after == element;
      changed.add(after);
    }
    return same ? list : changed;
  }

  private static JsonNode eachOf(ObjectNode map, UnaryOperator<JsonNode> change) {
    ObjectNode changed = Json.object();
    boolean same = true;
    for (Map.Entry<String, JsonNode> e : map.properties()) {
      JsonNode after = change.apply(e.getValue());
      same &= after == e.getValue();
      changed.set(e.getKey(), after);
    }
    return same ? map : changed;
  }

  private static void dropped(Schema schema, Plan plan, JsonNode value) {
    if (!(value instanceof ObjectNode object) || plan.isEmpty()) {
      return;
    }
    for (String name : plan.nulls()) {
      if (object.path(name).isNull()) {
        object.remove(name);
      }
    }
    plan.deeper()
        .forEach((name, type) -> {
          JsonNode deeper = object.get(name);
          if (deeper != null) {
            dropped(schema, type, deeper);
          }
        });
  }

  private static void dropped(Schema schema, FieldType type, JsonNode value) {
    switch (type) {
      case FieldType.Ref(String name) -> dropped(schema, plan(schema, name), value);
      case FieldType.ListOf(FieldType item) ->
          value.forEach(element -> dropped(schema, item, element));
      case FieldType.MapOf(FieldType item) ->
          value.forEach(element -> dropped(schema, item, element));
      case FieldType.Scalar _ -> {}
    }
  }

  private static Plan plan(Schema schema, String name) {
    return plan(schema, name, Set.of());
  }

  /**
   * @param around types that this one is looked at for; those that hold themselves, the schemas of
   *     OpenAPI, have no such fields
   */
  private static Plan plan(Schema schema, String name, Set<String> around) {
    Plan known = PLANS.get(name);
    if (known == null && !around.contains(name)) {
      Set<String> here = new HashSet<>(around);
      here.add(name);
      known = schema.type(name).map(type -> newPlan(schema, type, here)).orElse(Plan.NOTHING);
      PLANS.put(name, known);
    }
    return known == null ? Plan.NOTHING : known;
  }

  private static Plan newPlan(Schema schema, ObjectType type, Set<String> around) {
    Map<String, FieldType> deeper = new LinkedHashMap<>();
    for (FieldInfo field : type.fields().values()) {
      if (held(field.type()) instanceof FieldType.Ref(String name)
          && !plan(schema, name, around).isEmpty()) {
        deeper.put(field.name(), field.type());
      }
    }
    return new Plan(NULLS.getOrDefault(type.name(), List.of()), deeper);
  }

  /** What is in a list or map, however deep. */
  private static FieldType held(FieldType type) {
    return switch (type) {
      case FieldType.ListOf(FieldType item) -> held(item);
      case FieldType.MapOf(FieldType item) -> held(item);
      case FieldType.Ref _, FieldType.Scalar _ -> type;
    };
  }

  private static Map<String, List<String>> read() {
    Map<String, List<String>> nulls = new HashMap<>();
    for (String line : Schema.lines("go-nulls.tsv")) {
      String[] cells = line.split("\t", -1);
      nulls.computeIfAbsent(cells[0].intern(), type -> new ArrayList<>()).add(cells[1].intern());
    }
    return nulls;
  }
}
