package dev.wherry.model.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.Bytes;
import dev.wherry.model.IntOrString;
import dev.wherry.model.Quantity;
import dev.wherry.model.Times;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Writes field values. */
public final class Writes {
  private Writes() {}

  public static <T> void list(List<T> items, JsonGenerator g, Kind.Writer<T> item)
      throws IOException {
    g.writeStartArray();
    for (T value : items) {
      item.write(value, g);
    }
    g.writeEndArray();
  }

  public static <T> void map(Map<String, T> entries, JsonGenerator g, Kind.Writer<T> value)
      throws IOException {
    g.writeStartObject();
    for (Map.Entry<String, T> entry : entries.entrySet()) {
      g.writeFieldName(entry.getKey());
      value.write(entry.getValue(), g);
    }
    g.writeEndObject();
  }

  public static void string(String value, JsonGenerator g) throws IOException {
    g.writeString(value);
  }

  public static void int32(Integer value, JsonGenerator g) throws IOException {
    g.writeNumber(value);
  }

  public static void int64(Long value, JsonGenerator g) throws IOException {
    g.writeNumber(value);
  }

  public static void float64(Double value, JsonGenerator g) throws IOException {
    g.writeNumber(value);
  }

  public static void bool(Boolean value, JsonGenerator g) throws IOException {
    g.writeBoolean(value);
  }

  public static void bytes(Bytes value, JsonGenerator g) throws IOException {
    g.writeBinary(value.toArray());
  }

  public static void time(Instant value, JsonGenerator g) throws IOException {
    g.writeString(Times.time(value));
  }

  public static void microTime(Instant value, JsonGenerator g) throws IOException {
    g.writeString(Times.microTime(value));
  }

  public static void quantity(Quantity value, JsonGenerator g) throws IOException {
    g.writeString(value.toString());
  }

  public static void intOrString(IntOrString value, JsonGenerator g) throws IOException {
    switch (value) {
      case IntOrString.Int(int number) -> g.writeNumber(number);
      case IntOrString.Text(String text) -> g.writeString(text);
    }
  }

  public static void json(JsonNode value, JsonGenerator g) throws IOException {
    Json.write(value, g);
  }
}
