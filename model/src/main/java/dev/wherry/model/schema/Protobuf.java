package dev.wherry.model.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.Times;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Reads Kubernetes' protobuf form into the JSON tree: {@code k8s\0}, then runtime.Unknown with the
 * object (apimachinery serializer/protobuf). Zero values are left out where Go would not write them
 * in JSON either.
 */
public final class Protobuf {
  private static final byte[] MAGIC = {'k', '8', 's', 0};
  private static final int DEPTH_MAX = 100;

  private final Schema schema;

  private Protobuf(Schema schema) {
    this.schema = schema;
  }

  /** Whether the bytes begin as the envelope does. */
  public static boolean is(byte[] body) {
    return body.length >= MAGIC.length && Arrays.equals(body, 0, 4, MAGIC, 0, 4);
  }

  /**
   * The object with its apiVersion and kind.
   *
   * @throws DecodeException when the bytes are no such message, or the kind is not built in
   */
  public static ObjectNode decode(byte[] body) {
    if (!is(body)) {
      throw new DecodeException("provided data does not appear to be a protobuf message");
    }
    String apiVersion = "";
    String kind = "";
    byte[] raw = {};
    WireReader unknown = new WireReader(Arrays.copyOfRange(body, MAGIC.length, body.length));
    while (unknown.next()) {
      switch (unknown.number()) {
        case 1 -> {
          WireReader meta = new WireReader(unknown.bytes());
          while (meta.next()) {
            if (meta.number() == 1) {
              apiVersion = meta.text();
            } else {
              kind = meta.text();
            }
          }
        }
        case 2 -> raw = unknown.bytes();
        default -> unknown.skip();
      }
    }
    ObjectNode object = Json.object().put("apiVersion", apiVersion).put("kind", kind);
    Schema schema = Schema.builtin();
    new Protobuf(schema).message(type(schema, apiVersion, kind), raw, List.of(), object, 0);
    return object;
  }

  private static ObjectType type(Schema schema, String apiVersion, String kind) {
    Optional<ObjectType> type = schema.ofKind(apiVersion, kind);
    // Options such as DeleteOptions travel under the group of what they are sent to.
    return type.or(() -> schema.type("meta.v1." + kind))
        .orElseThrow(() ->
            new DecodeException(
                "no kind \"" + kind + "\" is registered for version \"" + apiVersion + "\""));
  }

  /** Reads a message, or, below {@code inlined}, one whose fields JSON shows a level higher. */
  private void message(
      ObjectType type, byte[] bytes, List<Integer> inlined, ObjectNode into, int depth) {
    if (depth > DEPTH_MAX) {
      throw new DecodeException("proto: message nested too deeply");
    }
    WireReader reader = new WireReader(bytes);
    while (reader.next()) {
      List<Integer> place = append(inlined, reader.number());
      FieldInfo found = null;
      boolean deeper = false;
      for (FieldInfo field : type.fields().values()) {
        if (field.protoPath().equals(place)) {
          found = field;
        }
        deeper |=
            field.protoPath().size() > place.size()
                && field.protoPath().subList(0, place.size()).equals(place);
      }
      if (found != null) {
        field(type, found, reader, into, depth);
      } else if (deeper && reader.wireType() == WireReader.BYTES) {
        message(type, reader.bytes(), place, into, depth + 1);
      } else {
        reader.skip();
      }
    }
  }

  private static List<Integer> append(List<Integer> path, int number) {
    Integer[] all = path.toArray(new Integer[path.size() + 1]);
    all[path.size()] = number;
    return List.of(all);
  }

  private void field(
      ObjectType owner, FieldInfo field, WireReader reader, ObjectNode into, int depth) {
    if (ProtobufUnions.isUnion(owner, field)) {
      ProtobufUnions.read(
          field,
          reader,
          into,
          bytes -> {
            ObjectNode nested = Json.object();
            message(owner, bytes, List.of(), nested, depth + 1);
            return nested;
          });
      return;
    }
    switch (field.type()) {
      case FieldType.ListOf(FieldType item) -> {
        ArrayNode list = into.withArray(field.name());
        if (item instanceof FieldType.Scalar s && number(s) && reader.wireType() == 2) {
          throw new DecodeException("proto: packed field " + field.name());
        }
        value(item, reader, depth).ifPresent(list::add);
      }
      case FieldType.MapOf(FieldType item) -> entry(item, reader, into, field.name(), depth);
      default ->
          value(field.type(), reader, depth)
              .filter(v -> !GoFields.of(owner, field).dropsZero() || !StructDecoder.isZero(v))
              .ifPresent(v -> into.set(field.name(), v));
    }
  }

  private static boolean number(FieldType.Scalar type) {
    return type == FieldType.Scalar.INT32 || type == FieldType.Scalar.INT64;
  }

  private void entry(FieldType item, WireReader reader, ObjectNode into, String name, int depth) {
    ObjectNode map = into.get(name) instanceof ObjectNode there ? there : into.putObject(name);
    WireReader entry = new WireReader(reader.bytes());
    String key = "";
    JsonNode value = item == FieldType.Scalar.STRING ? TextNode.valueOf("") : Json.array();
    while (entry.next()) {
      if (entry.number() == 1) {
        key = entry.text();
      } else if (item instanceof FieldType.ListOf(FieldType element)) {
        // A list as a map's value is a message of its own, as in UserInfo.extra.
        ArrayNode list = Json.array();
        WireReader items = new WireReader(entry.bytes());
        while (items.next()) {
          value(element, items, depth).ifPresent(list::add);
        }
        value = list;
      } else {
        value = value(item, entry, depth).orElse(value);
      }
    }
    map.set(key, value);
  }

  private Optional<JsonNode> value(FieldType type, WireReader reader, int depth) {
    return switch (type) {
      case FieldType.Scalar scalar -> scalar(scalar, reader);
      case FieldType.Ref(String name) -> {
        ObjectNode nested = Json.object();
        ObjectType known =
            schema.type(name).orElseThrow(() -> new DecodeException("no type " + name));
        message(known, reader.bytes(), List.of(), nested, depth + 1);
        yield Optional.of(nested);
      }
      case FieldType.ListOf ignored -> throw WireReader.broken();
      case FieldType.MapOf ignored -> throw WireReader.broken();
    };
  }

  private static Optional<JsonNode> scalar(FieldType.Scalar type, WireReader reader) {
    return switch (type) {
      case STRING -> Optional.of(TextNode.valueOf(reader.text()));
      case INT32 -> Optional.of(IntNode.valueOf((int) reader.varint()));
      case INT64 -> Optional.of(integer(reader.varint()));
      case DOUBLE -> Optional.of(number(Double.longBitsToDouble(reader.fixed(8))));
      case BOOLEAN -> Optional.of(BooleanNode.valueOf(reader.varint() != 0));
      case BYTES ->
          Optional.of(TextNode.valueOf(Base64.getEncoder().encodeToString(reader.bytes())));
      case TIME -> moment(reader.bytes()).map(t -> TextNode.valueOf(Times.time(t)));
      case MICRO_TIME -> moment(reader.bytes()).map(t -> TextNode.valueOf(Times.microTime(t)));
      case QUANTITY -> Optional.of(TextNode.valueOf(firstText(reader.bytes())));
      case INT_OR_STRING -> Optional.of(intOrString(reader.bytes()));
      case JSON -> {
        byte[] raw = raw(reader.bytes());
        yield raw.length == 0 ? Optional.empty() : Optional.of(Json.parse(raw));
      }
    };
  }

  /** The same node that JSON text would give: trees are compared. */
  private static JsonNode integer(long value) {
    return value == (int) value ? IntNode.valueOf((int) value) : LongNode.valueOf(value);
  }

  private static JsonNode number(double value) {
    if (!Double.isFinite(value)) {
      throw new DecodeException("proto: a number that JSON cannot write");
    }
    return value == (long) value
        ? integer((long) value)
        : DecimalNode.valueOf(BigDecimal.valueOf(value));
  }

  /** No bytes are Go's zero time, which JSON writes as null. */
  private static Optional<Instant> moment(byte[] bytes) {
    if (bytes.length == 0) {
      return Optional.empty();
    }
    long seconds = 0;
    long nanos = 0;
    WireReader time = new WireReader(bytes);
    while (time.next()) {
      if (time.number() == 1) {
        seconds = time.varint();
      } else {
        nanos = time.varint();
      }
    }
    try {
      return Optional.of(Instant.ofEpochSecond(seconds, (int) nanos));
    } catch (DateTimeException e) {
      throw new DecodeException("proto: time out of range", e);
    }
  }

  private static JsonNode intOrString(byte[] bytes) {
    boolean text = false;
    int number = 0;
    String word = "";
    WireReader union = new WireReader(bytes);
    while (union.next()) {
      switch (union.number()) {
        case 1 -> text = union.varint() == 1;
        case 2 -> number = (int) union.varint();
        default -> word = union.text();
      }
    }
    return text ? TextNode.valueOf(word) : IntNode.valueOf(number);
  }

  private static String firstText(byte[] bytes) {
    WireReader message = new WireReader(bytes);
    return message.next() ? message.text() : "";
  }

  private static byte[] raw(byte[] bytes) {
    WireReader message = new WireReader(bytes);
    return message.next() ? message.bytes() : new byte[0];
  }
}
