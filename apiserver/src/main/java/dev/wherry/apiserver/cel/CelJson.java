package dev.wherry.apiserver.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.values.CelByteString;
import dev.wherry.model.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** JSON of CEL values. */
public final class CelJson {
  /** Lists and maps within each other. */
  private static final int DEPTH_MAX = 100;

  private static final double WHOLE_MAX = 1L << 53;

  private CelJson() {}

  /**
   * The JSON of a value.
   *
   * @throws IllegalArgumentException for a value that JSON cannot hold
   */
  public static JsonNode of(Object value) {
    return of(value, 0);
  }

  private static JsonNode of(Object value, int depth) {
    if (depth > DEPTH_MAX) {
      throw new IllegalArgumentException("the value is too deep");
    }
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (value) {
      case String text -> nodes.textNode(text);
      case Boolean flag -> nodes.booleanNode(flag);
      case Long number -> nodes.numberNode(number);
      case Integer number -> nodes.numberNode(number);
      case com.google.common.primitives.UnsignedLong number ->
          nodes.numberNode(number.bigIntegerValue());
      case Double number -> real(number);
      case CelByteString bytes ->
          nodes.textNode(Base64.getEncoder().encodeToString(bytes.toByteArray()));
      case dev.cel.common.values.NullValue _ -> nodes.nullNode();
      case Instant time -> nodes.textNode(time.toString());
      case Duration time -> nodes.textNode(time.toMillis() / 1000.0 + "s");
      case Optional<?> optional ->
          optional.isPresent() ? of(optional.get(), depth) : nodes.nullNode();
      case List<?> list -> list(list, depth);
      case Map<?, ?> map -> map(map, depth);
      default ->
          throw new IllegalArgumentException(
              "unsupported conversion to JSON: " + value.getClass().getSimpleName());
    };
  }

  /** Whole numbers stay whole, as in Go's JSON. */
  private static JsonNode real(double number) {
    boolean whole = number == Math.rint(number) && Math.abs(number) < WHOLE_MAX;
    return whole
        ? JsonNodeFactory.instance.numberNode((long) number)
        : JsonNodeFactory.instance.numberNode(number);
  }

  private static ArrayNode list(List<?> list, int depth) {
    ArrayNode items = Json.array();
    list.forEach(item -> items.add(of(item, depth + 1)));
    return items;
  }

  private static ObjectNode map(Map<?, ?> map, int depth) {
    ObjectNode object = Json.object();
    map.forEach((key, value) -> object.set(String.valueOf(key), of(value, depth + 1)));
    return object;
  }
}
