package dev.wherry.model.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads bytes to a tree and writes trees to bytes, in the order of the fields. */
public final class Json {
  /** Nested objects and lists; upstream's decoder has a limit of its own kind. */
  public static final int DEPTH_MAX = 500;

  /** Bytes of one string value: more than the largest object. */
  public static final int STRING_BYTES_MAX = 16 * 1024 * 1024;

  /**
   * Sets of buffers kept for the next reader or writer. They are not a thread's own: with a virtual
   * thread for each request every request would make new ones.
   */
  private static final int BUFFERS_MAX = 64;

  /** The one factory, with the limits set; it does not intern names of unknown fields. */
  public static final JsonFactory FACTORY =
      JsonFactory.builder()
          .recyclerPool(JsonRecyclerPools.newBoundedPool(BUFFERS_MAX))
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxStringLength(STRING_BYTES_MAX)
                  .maxNumberLength(400)
                  .build())
          .build();

  private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);

  private Json() {}

  /** A tree, and the paths of keys that stood twice in one object ({@code spec.a[0].b}). */
  public record Parsed(JsonNode tree, List<String> duplicates) {}

  public static ObjectNode object() {
    return NODES.objectNode();
  }

  public static ArrayNode array() {
    return NODES.arrayNode();
  }

  public static JsonNode text(String value) {
    return NODES.textNode(value);
  }

  /** What Go's decoder calls a value. */
  public static String kindOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case NUMBER -> "number";
      case BOOLEAN -> "bool";
      case ARRAY -> "array";
      default -> "object";
    };
  }

  /**
   * @throws DecodeException when the bytes are not one JSON value
   */
  public static JsonNode parse(byte[] bytes) {
    return parse(bytes, parser -> read(parser, bytes));
  }

  public static JsonNode parse(String text) {
    return parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /**
   * Of a key that stands twice the last value counts, as in Go. The sets of fields in managedFields
   * stay bytes, which Go takes as they are, too: nothing in them is reported.
   *
   * @throws DecodeException when the bytes are not one JSON value
   */
  public static Parsed parseReporting(byte[] bytes) {
    List<String> duplicates = new ArrayList<>();
    return new Parsed(
        parse(bytes, parser -> new Reporting(bytes, duplicates).read(parser, null)), duplicates);
  }

  @FunctionalInterface
  private interface TreeReader {
    JsonNode read(JsonParser parser) throws IOException;
  }

  private static JsonNode parse(byte[] bytes, TreeReader reader) {
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      if (parser.nextToken() == null) {
        throw new DecodeException("unexpected end of JSON input");
      }
      JsonNode tree = reader.read(parser);
      if (parser.nextToken() != null) {
        throw new DecodeException("invalid character after top-level value");
      }
      return tree;
    } catch (IOException e) {
      throw new DecodeException(message(e), e);
    }
  }

  private static String message(IOException e) {
    return e instanceof com.fasterxml.jackson.core.JsonProcessingException json
        ? json.getOriginalMessage()
        : String.valueOf(e.getMessage());
  }

  /** Reads the value on whose first token the parser stands. */
  public static JsonNode read(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          object.set(name, read(parser));
        }
        yield object;
      }
      case START_ARRAY -> {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(read(parser));
        }
        yield array;
      }
      default -> readScalar(parser);
    };
  }

  /** As {@link #read(JsonParser)}, but sets of fields stay bytes. */
  private static JsonNode read(JsonParser parser, byte[] bytes) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          boolean raw =
              parser.nextToken() == JsonToken.START_OBJECT && name.equals(RawObject.FIELD);
          object.set(name, raw ? raw(parser, bytes) : read(parser, bytes));
        }
        yield object;
      }
      case START_ARRAY -> {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(read(parser, bytes));
        }
        yield array;
      }
      default -> readScalar(parser);
    };
  }

  private static RawObject raw(JsonParser parser, byte[] bytes) throws IOException {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    int to = (int) parser.currentLocation().getByteOffset();
    return RawObject.of(Arrays.copyOfRange(bytes, from, to));
  }

  /** As {@link #read(JsonParser)}, with the paths of doubled keys. */
  static Parsed readReporting(JsonParser parser) throws IOException {
    List<String> duplicates = new ArrayList<>();
    return new Parsed(new Reporting(new byte[0], duplicates).read(parser, null), duplicates);
  }

  private static JsonNode readScalar(JsonParser p) throws IOException {
    return switch (p.currentToken()) {
      case VALUE_STRING -> NODES.textNode(p.getText());
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      case VALUE_NUMBER_INT ->
          switch (p.getNumberType()) {
            case INT -> NODES.numberNode(p.getIntValue());
            case LONG -> NODES.numberNode(p.getLongValue());
            default -> NODES.numberNode(p.getBigIntegerValue());
          };
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(p.getDecimalValue());
      default -> throw new DecodeException("unexpected " + p.currentToken());
    };
  }

  /**
   * Reads a tree and collects the paths of doubled keys.
   *
   * @param bytes what the parser reads, or nothing where it reads no JSON
   */
  private record Reporting(byte[] bytes, List<String> duplicates) {
    JsonNode read(JsonParser p, @Nullable TreePath path) throws IOException {
      return switch (p.currentToken()) {
        case START_OBJECT ->
            path != null && bytes.length > 0 && isSetOfFields(p, path)
                ? raw(p, bytes)
                : readObject(p, path);
        case START_ARRAY -> readArray(p, path);
        default -> readScalar(p);
      };
    }

    /** Only of UTF-8 does the parser know at which byte it stands. */
    private static boolean isSetOfFields(JsonParser p, TreePath path) throws IOException {
      return RawObject.isSetOfFields(p)
          && p.currentTokenLocation().getByteOffset() >= 0
          && path.above() instanceof TreePath entry
          && entry.isElementOf("metadata", "managedFields");
    }

    private ObjectNode readObject(JsonParser p, @Nullable TreePath path) throws IOException {
      ObjectNode object = NODES.objectNode();
      while (p.nextToken() != JsonToken.END_OBJECT) {
        String name = p.currentName();
        p.nextToken();
        TreePath at = TreePath.field(path, name);
        if (object.has(name)) {
          duplicates.add(at.toString());
        }
        object.set(name, read(p, at));
      }
      return object;
    }

    private ArrayNode readArray(JsonParser p, @Nullable TreePath path) throws IOException {
      ArrayNode array = NODES.arrayNode();
      while (p.nextToken() != JsonToken.END_ARRAY) {
        array.add(read(p, TreePath.element(path, array.size())));
      }
      return array;
    }
  }

  public static byte[] write(JsonNode tree) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
      write(tree, generator);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  public static void write(JsonNode tree, JsonGenerator g) throws IOException {
    switch (tree.getNodeType()) {
      case OBJECT -> {
        if (tree instanceof RawObject raw && raw.writeTo(g)) {
          return;
        }
        g.writeStartObject();
        for (Iterator<Map.Entry<String, JsonNode>> it = tree.fields(); it.hasNext(); ) {
          Map.Entry<String, JsonNode> field = it.next();
          g.writeFieldName(field.getKey());
          write(field.getValue(), g);
        }
        g.writeEndObject();
      }
      case ARRAY -> {
        g.writeStartArray();
        for (JsonNode item : tree) {
          write(item, g);
        }
        g.writeEndArray();
      }
      case STRING -> g.writeString(tree.textValue());
      case BOOLEAN -> g.writeBoolean(tree.booleanValue());
      case NUMBER -> writeNumber(tree, g);
      case BINARY -> g.writeBinary(tree.binaryValue());
      case NULL, MISSING, POJO -> g.writeNull();
    }
  }

  private static void writeNumber(JsonNode number, JsonGenerator g) throws IOException {
    switch (number.numberType()) {
      case INT -> g.writeNumber(number.intValue());
      case LONG -> g.writeNumber(number.longValue());
      case BIG_INTEGER -> g.writeNumber(number.bigIntegerValue());
      case FLOAT, DOUBLE -> g.writeNumber(number.doubleValue());
      case BIG_DECIMAL -> g.writeNumber(number.decimalValue());
      default -> throw new IllegalStateException("no number: " + number.numberType());
    }
  }
}
