package dev.wherry.model.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.Bytes;
import dev.wherry.model.IntOrString;
import dev.wherry.model.Quantity;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.RawObject;
import dev.wherry.model.kind.Kind;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads field values; the parser stands on the value's first token, which is never null. */
public final class Reads {
  private Reads() {}

  public static void startObject(JsonParser p) throws IOException {
    if (p.currentToken() != JsonToken.START_OBJECT) {
      throw unexpected(p, "an object");
    }
  }

  public static <T> T object(JsonParser p, Kind.Reader<T> reader) throws IOException {
    return reader.read(p);
  }

  public static <T> List<T> list(JsonParser p, Kind.Reader<T> item) throws IOException {
    if (p.currentToken() != JsonToken.START_ARRAY) {
      throw unexpected(p, "a list");
    }
    List<T> items = new ArrayList<>();
    while (p.nextToken() != JsonToken.END_ARRAY) {
      if (p.currentToken() != JsonToken.VALUE_NULL) {
        items.add(item.read(p));
      }
    }
    return List.copyOf(items);
  }

  public static <T> Map<String, T> map(JsonParser p, Kind.Reader<T> value) throws IOException {
    startObject(p);
    LinkedHashMap<String, T> entries = new LinkedHashMap<>();
    while (p.nextToken() != JsonToken.END_OBJECT) {
      String key = p.currentName();
      if (p.nextToken() != JsonToken.VALUE_NULL) {
        entries.put(key, value.read(p));
      }
    }
    return FrozenMap.of(entries);
  }

  public static String string(JsonParser p) throws IOException {
    if (p.currentToken() != JsonToken.VALUE_STRING) {
      throw unexpected(p, "a string");
    }
    return p.getText();
  }

  public static Integer int32(JsonParser p) throws IOException {
    return p.getIntValue();
  }

  public static Long int64(JsonParser p) throws IOException {
    return p.getLongValue();
  }

  public static Double float64(JsonParser p) throws IOException {
    return p.getDoubleValue();
  }

  public static Boolean bool(JsonParser p) throws IOException {
    return p.getBooleanValue();
  }

  public static Bytes bytes(JsonParser p) throws IOException {
    return Bytes.copyOf(p.getBinaryValue());
  }

  public static Instant time(JsonParser p) throws IOException {
    String text = string(p);
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new DecodeException("\"" + text + "\" is no RFC 3339 time", e);
    }
  }

  public static Instant microTime(JsonParser p) throws IOException {
    return time(p);
  }

  public static Quantity quantity(JsonParser p) throws IOException {
    return Quantity.parse(p.getText());
  }

  public static IntOrString intOrString(JsonParser p) throws IOException {
    return p.currentToken() == JsonToken.VALUE_NUMBER_INT
        ? IntOrString.of(p.getIntValue())
        : IntOrString.of(string(p));
  }

  /** Any value; a set of fields stays bytes, because every object has some and few look inside. */
  public static JsonNode json(JsonParser p) throws IOException {
    return RawObject.isSetOfFields(p) ? RawObject.copy(p) : Json.read(p);
  }

  private static DecodeException unexpected(JsonParser p, String wanted) throws IOException {
    return new DecodeException(
        "expected " + wanted + ", found " + p.currentToken() + " at " + p.currentLocation());
  }
}
