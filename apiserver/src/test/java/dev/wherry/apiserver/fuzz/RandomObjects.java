package dev.wherry.apiserver.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.schema.FieldInfo;
import dev.wherry.model.schema.FieldType;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import java.util.List;
import java.util.random.RandomGenerator;

/** Objects of the built-in types with fields at random, mostly of the right type. */
final class RandomObjects {
  private static final int DEPTH_MAX = 6;
  private static final int ITEMS_MAX = 3;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final List<String> TEXTS =
      List.of(
          "",
          "walk",
          "a",
          "A b",
          "-1",
          "0",
          "100Mi",
          "1e400",
          "999999999999999999999999",
          "50%",
          "10.0.0.1",
          "::1/129",
          "*",
          "..",
          "a/b/c",
          "x".repeat(300),
          "\u0000\uffff",
          "\ud83d\ude00",
          "2026-01-01T00:00:00Z",
          "Always",
          "Equals",
          "In",
          "Exists",
          "self.x > 1",
          "{{}}",
          "TCP",
          "aGk=",
          "[0-9",
          "$(A)");

  private static final List<Long> NUMBERS =
      List.of(0L, 1L, -1L, 80L, 65_536L, 2_147_483_648L, Long.MAX_VALUE, Long.MIN_VALUE);

  private final Schema schema;
  private final RandomGenerator random;

  RandomObjects(Schema schema, RandomGenerator random) {
    this.schema = schema;
    this.random = random;
  }

  /** Sets some fields of an object, at some depth. */
  void disturb(ObjectNode object, ObjectType type) {
    List<FieldInfo> fields =
        type.fields().values().stream()
            .filter(field -> !List.of("apiVersion", "kind").contains(field.name()))
            .toList();
    if (fields.isEmpty()) {
      return;
    }
    int count = 1 + random.nextInt(ITEMS_MAX);
    for (int i = 0; i < count; i++) {
      FieldInfo field = fields.get(random.nextInt(fields.size()));
      if (object.path(field.name()) instanceof ObjectNode child
          && field.type() instanceof FieldType.Ref(String name)
          && schema.type(name).isPresent()) {
        disturb(child, schema.type(name).orElseThrow());
      } else if (!field.name().equals("name")) {
        object.set(field.name(), value(field.type(), 0));
      }
    }
  }

  private JsonNode value(FieldType type, int depth) {
    if (random.nextInt(20) == 0) {
      return anything(depth);
    }
    return switch (type) {
      case FieldType.Scalar scalar -> scalar(scalar);
      case FieldType.Ref(String name) ->
          schema.type(name).map(t -> object(t, depth)).orElseGet(Json::object);
      case FieldType.ListOf(FieldType item) -> {
        ArrayNode list = Json.array();
        for (int i = random.nextInt(ITEMS_MAX); i > 0 && depth < DEPTH_MAX; i--) {
          list.add(value(item, depth + 1));
        }
        yield list;
      }
      case FieldType.MapOf(FieldType item) -> {
        ObjectNode map = Json.object();
        for (int i = random.nextInt(ITEMS_MAX); i > 0 && depth < DEPTH_MAX; i--) {
          map.set(text(), value(item, depth + 1));
        }
        yield map;
      }
    };
  }

  private JsonNode object(ObjectType type, int depth) {
    ObjectNode object = Json.object();
    for (FieldInfo field : type.fields().values()) {
      boolean wanted = field.required() ? random.nextInt(8) > 0 : random.nextInt(4) == 0;
      if (wanted && depth < DEPTH_MAX) {
        object.set(field.name(), value(field.type(), depth + 1));
      }
    }
    return object;
  }

  private JsonNode scalar(FieldType.Scalar scalar) {
    return switch (scalar) {
      case STRING, BYTES, TIME, MICRO_TIME, QUANTITY -> NODES.textNode(text());
      case INT32, INT64 -> number();
      case INT_OR_STRING -> random.nextBoolean() ? number() : NODES.textNode(text());
      case DOUBLE -> NODES.numberNode(random.nextDouble() * number().asDouble());
      case BOOLEAN -> NODES.booleanNode(random.nextBoolean());
      case JSON -> anything(0);
    };
  }

  /** Of any type at all. */
  JsonNode anything(int depth) {
    return switch (random.nextInt(6)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.textNode(text());
      case 2 -> number();
      case 3 -> NODES.booleanNode(random.nextBoolean());
      case 4 -> {
        ArrayNode list = Json.array();
        yield depth < DEPTH_MAX ? list.add(anything(depth + 1)) : list;
      }
      default -> {
        ObjectNode map = Json.object();
        yield depth < DEPTH_MAX ? map.set(text(), anything(depth + 1)) : map;
      }
    };
  }

  private JsonNode number() {
    return NODES.numberNode(NUMBERS.get(random.nextInt(NUMBERS.size())));
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }
}
