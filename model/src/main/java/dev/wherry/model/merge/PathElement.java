package dev.wherry.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import dev.wherry.model.codec.DecodeException;
import java.util.List;
import java.util.Optional;

/**
 * One step of a path through an object: a field's name, an element of a list by its keys or by its
 * value, or an index. Names come before keys, keys before values, values before indices.
 */
public sealed interface PathElement extends Comparable<PathElement> {
  /** A field of a structure or a key of a map. */
  record Name(String name) implements PathElement {
    @Override
    public String toString() {
      return "." + name;
    }
  }

  /** An element of a list of type map; the keys are sorted by name. */
  record Keys(List<Key> keys) implements PathElement {
    public Keys {
      keys = List.copyOf(keys);
    }

    @Override
    public String toString() {
      return "[" + String.join(",", keys.stream().map(Key::toString).toList()) + "]";
    }
  }

  /** An element of a list of type set. */
  record Value(JsonNode value) implements PathElement {
    public Value {
      value = plain(value);
    }

    @Override
    public String toString() {
      return "[=" + shown(value) + "]";
    }
  }

  /** An element by its place. */
  record Index(int index) implements PathElement {
    @Override
    public String toString() {
      return "[" + index + "]";
    }
  }

  /** A key of a list's element and its value. */
  record Key(String name, JsonNode value) {
    public Key {
      value = plain(value);
    }

    @Override
    public String toString() {
      return name + "=" + shown(value);
    }
  }

  /** Numbers of one value are one node, however they were read. */
  private static JsonNode plain(JsonNode value) {
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return value instanceof LongNode ? value : LongNode.valueOf(value.longValue());
    }
    return value.isNumber() ? DoubleNode.valueOf(value.doubleValue()) : value;
  }

  private static String shown(JsonNode value) {
    return value.isTextual() ? value.toString() : value.asText();
  }

  @Override
  default int compareTo(PathElement other) {
    int kind = Integer.compare(rank(), other.rank());
    if (kind != 0) {
      return kind;
    }
    return switch (this) {
      case Name(String name) -> name.compareTo(((Name) other).name());
      case Keys(List<Key> keys) -> compare(keys, ((Keys) other).keys());
      case Value(JsonNode value) -> compare(value, ((Value) other).value());
      case Index(int index) -> Integer.compare(index, ((Index) other).index());
    };
  }

  private int rank() {
    return switch (this) {
      case Name ignored -> 0;
      case Keys ignored -> 1;
      case Value ignored -> 2;
      case Index ignored -> 3;
    };
  }

  private static int compare(List<Key> a, List<Key> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      int name = a.get(i).name().compareTo(b.get(i).name());
      int value = name != 0 ? name : compare(a.get(i).value(), b.get(i).value());
      if (value != 0) {
        return value;
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  /** Numbers, then text, then booleans, then the rest by its JSON. */
  private static int compare(JsonNode a, JsonNode b) {
    if (a.isNumber() && b.isNumber()) {
      return a.isLong() && b.isLong()
          ? Long.compare(a.longValue(), b.longValue())
          : Double.compare(a.doubleValue(), b.doubleValue());
    }
    if (a.isTextual() && b.isTextual()) {
      return a.textValue().compareTo(b.textValue());
    }
    int kind = Integer.compare(rank(a), rank(b));
    return kind != 0 ? kind : a.toString().compareTo(b.toString());
  }

  private static int rank(JsonNode value) {
    return value.isNumber() ? 0 : value.isTextual() ? 1 : value.isBoolean() ? 2 : 3;
  }

  /**
   * The element as it stands in FieldsV1: {@code f:name}, {@code k:{"a":1}}, {@code v:1}, {@code
   * i:0}.
   */
  default String serialized() {
    return switch (this) {
      case Name(String name) -> "f:".concat(name);
      case Keys(List<Key> keys) -> ElementText.keys(keys);
      case Value(JsonNode value) -> ElementText.value(value);
      case Index(int index) -> "i:" + index;
    };
  }

  /**
   * Reads an element of FieldsV1.
   *
   * @return empty for a kind of element that later versions may know
   * @throws MergeException when the text is no element
   */
  static Optional<PathElement> parse(String text) {
    if (text.length() < 2 || text.charAt(1) != ':') {
      throw new MergeException("missing colon: " + text);
    }
    String rest = text.substring(2);
    try {
      return switch (text.charAt(0)) {
        case 'f' -> Optional.of(new Name(rest));
        case 'k' -> Optional.of(ElementText.parseKeys(rest));
        case 'v' -> Optional.of(ElementText.parseValue(rest));
        case 'i' -> Optional.of(new Index(Integer.parseInt(rest)));
        default -> Optional.empty();
      };
    } catch (DecodeException | NumberFormatException e) {
      throw new MergeException(text + ": " + e.getMessage());
    }
  }
}
