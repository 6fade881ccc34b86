package dev.wherry.model.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes JSON trees in Kubernetes' protobuf form, the other way of {@link Protobuf}: {@code k8s\0},
 * then runtime.Unknown with the object (apimachinery serializer/protobuf).
 */
public final class ProtobufEncoder {
  private static final byte[] MAGIC = {'k', '8', 's', 0};

  private final Schema schema;

  private ProtobufEncoder(Schema schema) {
    this.schema = schema;
  }

  /** Whether objects of the type have a message. */
  public static boolean has(ObjectType type) {
    return !type.protoName().isEmpty();
  }

  /**
   * The envelope with an object of a built-in type.
   *
   * @throws DecodeException when the tree has not the type's shape
   */
  public static byte[] encode(ObjectType type, ObjectNode object) {
    WireWriter meta = new WireWriter();
    meta.text(1, object.path("apiVersion").asText());
    meta.text(2, object.path("kind").asText());
    WireWriter unknown = new WireWriter();
    unknown.bytes(1, meta.toBytes());
    unknown.bytes(2, new ProtobufEncoder(Schema.builtin()).message(type, object, List.of()));
    unknown.text(3, "");
    unknown.text(4, "");
    byte[] body = unknown.toBytes();
    byte[] all = new byte[MAGIC.length + body.length];
    System.arraycopy(MAGIC, 0, all, 0, MAGIC.length);
    System.arraycopy(body, 0, all, MAGIC.length, body.length);
    return all;
  }

  /** One event of a watch: meta/v1 WatchEvent behind its length, four bytes, largest first. */
  public static byte[] watchEvent(String type, byte[] envelope) {
    WireWriter raw = new WireWriter();
    raw.bytes(1, envelope);
    WireWriter event = new WireWriter();
    event.text(1, type);
    event.bytes(2, raw.toBytes());
    byte[] body = event.toBytes();
    byte[] frame = new byte[body.length + Integer.BYTES];
    java.nio.ByteBuffer.wrap(frame).putInt(body.length).put(body);
    return frame;
  }

  /** A message, or, below {@code inlined}, one whose fields JSON shows a level higher. */
  private byte[] message(ObjectType type, JsonNode object, List<Integer> inlined) {
    Map<Integer, FieldInfo> own = new TreeMap<>();
    Map<Integer, List<Integer>> deeper = new TreeMap<>();
    int depth = inlined.size();
    for (FieldInfo field : type.fields().values()) {
      List<Integer> path = field.protoPath();
      boolean here = path.size() > depth && path.subList(0, depth).equals(inlined);
      if (here && object.hasNonNull(field.name())) {
        if (path.size() == depth + 1) {
          own.put(path.getLast(), field);
        } else {
          deeper.put(path.get(depth), path.subList(0, depth + 1));
        }
      }
    }
    WireWriter out = new WireWriter();
    own.forEach((number, field) -> field(type, field, number, object.get(field.name()), out));
    deeper.forEach((number, path) -> out.bytes(number, message(type, object, path)));
    return out.toBytes();
  }

  private void field(
      ObjectType owner, FieldInfo field, int number, JsonNode value, WireWriter out) {
    if (ProtobufUnions.isUnion(owner, field)) {
      ProtobufUnions.write(field, number, value, out, schema -> message(owner, schema, List.of()));
      return;
    }
    switch (field.type()) {
      case FieldType.ListOf(FieldType item) -> value.forEach(v -> value(item, number, v, out));
      case FieldType.MapOf(FieldType item) ->
          value.properties().forEach(e -> out.bytes(number, entry(item, e.getKey(), e.getValue())));
      default -> value(field.type(), number, value, out);
    }
  }

  private byte[] entry(FieldType item, String key, JsonNode value) {
    WireWriter entry = new WireWriter();
    entry.text(1, key);
    if (item instanceof FieldType.ListOf(FieldType element)) {
      WireWriter list = new WireWriter();
      value.forEach(v -> value(element, 1, v, list));
      entry.bytes(2, list.toBytes());
    } else {
      value(item, 2, value, entry);
    }
    return entry.toBytes();
  }

  private void value(FieldType type, int number, JsonNode value, WireWriter out) {
    switch (type) {
      case FieldType.Scalar scalar -> scalar(scalar, number, value, out);
      case FieldType.Ref(String name) -> {
        ObjectType nested =
            schema.type(name).orElseThrow(() -> new DecodeException("no type " + name));
        out.bytes(number, message(nested, value, List.of()));
      }
      case FieldType.ListOf _ -> throw new DecodeException("a list of lists");
      case FieldType.MapOf _ -> throw new DecodeException("a list of maps");
    }
  }

  private static void scalar(FieldType.Scalar type, int number, JsonNode value, WireWriter out) {
    switch (type) {
      case STRING -> out.text(number, value.asText());
      case INT32, INT64 -> out.number(number, value.asLong());
      case BOOLEAN -> out.number(number, value.asBoolean() ? 1 : 0);
      case DOUBLE -> out.fixed64(number, Double.doubleToRawLongBits(value.asDouble()));
      case BYTES -> out.bytes(number, Base64.getDecoder().decode(value.asText()));
      case TIME, MICRO_TIME -> out.bytes(number, moment(value.asText()));
      case QUANTITY -> out.bytes(number, wrapped(value.asText()));
      case INT_OR_STRING -> out.bytes(number, intOrString(value));
      case JSON -> {
        WireWriter raw = new WireWriter();
        raw.bytes(1, Json.write(value));
        out.bytes(number, raw.toBytes());
      }
    }
  }

  private static byte[] moment(String text) {
    Instant instant = OffsetDateTime.parse(text).toInstant();
    WireWriter time = new WireWriter();
    time.number(1, instant.getEpochSecond());
    time.number(2, instant.getNano());
    return time.toBytes();
  }

  private static byte[] wrapped(String text) {
    WireWriter message = new WireWriter();
    message.text(1, text);
    return message.toBytes();
  }

  private static byte[] intOrString(JsonNode value) {
    WireWriter union = new WireWriter();
    union.number(1, value.isTextual() ? 1 : 0);
    union.number(2, value.isTextual() ? 0 : value.asLong());
    union.text(3, value.isTextual() ? value.textValue() : "");
    return union.toBytes();
  }
}
