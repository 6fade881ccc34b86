package dev.wherry.model.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.Quantity;
import dev.wherry.model.Times;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;

/** Values without parts, as Go's decoder takes them. */
final class GoScalars {
  private static final String TIME_LAYOUT = "2006-01-02T15:04:05Z07:00";
  private static final String MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00";

  private GoScalars() {}

  /** The value in its canonical text, or empty for what Go writes as null. */
  static Optional<JsonNode> read(
      FieldType.Scalar type, JsonNode value, Supplier<DecodeException> mismatch) {
    return switch (type) {
      case STRING -> Optional.of(fitting(value, value.isTextual(), mismatch));
      case BOOLEAN -> Optional.of(fitting(value, value.isBoolean(), mismatch));
      case DOUBLE -> Optional.of(fitting(value, value.isNumber(), mismatch));
      case INT32 ->
          Optional.of(
              fitting(value, value.isIntegralNumber() && value.canConvertToInt(), mismatch));
      case INT64 ->
          Optional.of(
              fitting(value, value.isIntegralNumber() && value.canConvertToLong(), mismatch));
      case BYTES -> Optional.of(base64(fitting(value, value.isTextual(), mismatch)));
      case TIME -> Optional.of(TextNode.valueOf(Times.time(moment(value, TIME_LAYOUT))));
      case MICRO_TIME ->
          Optional.of(TextNode.valueOf(Times.microTime(moment(value, MICRO_LAYOUT))));
      case QUANTITY -> Optional.of(quantity(value));
      case INT_OR_STRING -> Optional.of(intOrString(value));
      case JSON -> Optional.of(value);
    };
  }

  private static JsonNode fitting(
      JsonNode value, boolean fits, Supplier<DecodeException> mismatch) {
    if (!fits) {
      throw mismatch.get();
    }
    return value;
  }

  private static JsonNode base64(JsonNode value) {
    String text = value.textValue();
    try {
      // Go's decoder skips line breaks.
      String bare = text.replace("\n", "").replace("\r", "");
      byte[] bytes = Base64.getDecoder().decode(bare);
      return TextNode.valueOf(Base64.getEncoder().encodeToString(bytes));
    } catch (IllegalArgumentException e) {
      throw new DecodeException("illegal base64 data at input byte " + badByte(text), e);
    }
  }

  private static int badByte(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean fine =
          (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9')
              || c == '+'
              || c == '/'
              || c == '\n'
              || c == '\r';
      if (!fine) {
        return i;
      }
    }
    return text.length() & ~3;
  }

  private static java.time.Instant moment(JsonNode value, String layout) {
    if (!value.isTextual()) {
      throw new DecodeException(
          "json: cannot unmarshal " + Json.kindOf(value) + " into Go value of type string");
    }
    String text = value.textValue();
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new DecodeException(
          "parsing time \"%s\" as \"%s\": cannot parse \"%s\" as \"2006\""
              .formatted(text, layout, text),
          e);
    }
  }

  private static JsonNode quantity(JsonNode value) {
    try {
      String text = value.isValueNode() ? value.asText().strip() : "{";
      return TextNode.valueOf(Quantity.parse(text).toString());
    } catch (IllegalArgumentException e) {
      throw new DecodeException(String.valueOf(e.getMessage()), e);
    }
  }

  private static JsonNode intOrString(JsonNode value) {
    if (value.isTextual() || (value.isIntegralNumber() && value.canConvertToInt())) {
      return value;
    }
    throw new DecodeException(
        "json: cannot unmarshal "
            + have(FieldType.Scalar.INT32, value)
            + " into Go value of type int32");
  }

  /** How the decoder calls a value that an integer cannot hold: with its digits. */
  static String have(FieldType.Scalar wanted, JsonNode value) {
    boolean integer = wanted == FieldType.Scalar.INT32 || wanted == FieldType.Scalar.INT64;
    return integer && value.isNumber() ? "number " + value.asText() : Json.kindOf(value);
  }

  /** What null is as an element of a list or map. */
  static JsonNode zero(FieldType type) {
    return switch (type) {
      case FieldType.Scalar scalar ->
          switch (scalar) {
            case STRING -> TextNode.valueOf("");
            case INT32, INT64, INT_OR_STRING, DOUBLE -> IntNode.valueOf(0);
            case QUANTITY -> TextNode.valueOf("0");
            case BOOLEAN -> com.fasterxml.jackson.databind.node.BooleanNode.FALSE;
            case BYTES, TIME, MICRO_TIME, JSON -> NullNode.getInstance();
          };
      case FieldType.Ref _ -> Json.object();
      case FieldType.ListOf _ -> NullNode.getInstance();
      case FieldType.MapOf _ -> NullNode.getInstance();
    };
  }

  /** {@code []v1.Container}, {@code map[string]string}, {@code int32}. */
  static String typeName(FieldType type) {
    return switch (type) {
      case FieldType.Scalar scalar ->
          switch (scalar) {
            case STRING -> "string";
            case INT32 -> "int32";
            case INT64 -> "int64";
            case DOUBLE -> "float64";
            case BOOLEAN -> "bool";
            case BYTES -> "[]uint8";
            case TIME -> "v1.Time";
            case MICRO_TIME -> "v1.MicroTime";
            case QUANTITY -> "resource.Quantity";
            case INT_OR_STRING -> "intstr.IntOrString";
            case JSON -> "runtime.RawExtension";
          };
      case FieldType.Ref(String name) -> name.substring(name.indexOf('.') + 1);
      case FieldType.ListOf(FieldType item) -> "[]" + typeName(item);
      case FieldType.MapOf(FieldType item) -> "map[string]" + typeName(item);
    };
  }
}
