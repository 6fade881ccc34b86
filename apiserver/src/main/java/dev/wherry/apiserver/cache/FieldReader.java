package dev.wherry.apiserver.cache;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** Reads single fields of an object's bytes and stops there. */
final class FieldReader {
  /** Selectable fields that are no texts: clients select by their zero too. */
  private static final Map<String, String> ZEROS =
      Map.of(
          "spec.unschedulable", "false",
          "spec.hostNetwork", "false",
          "status.replicas", "0",
          "status.succeeded", "0");

  private FieldReader() {}

  /** {@code metadata.labels}. */
  static Map<String, String> labels(byte[] bytes) {
    try (JsonParser p = Json.FACTORY.createParser(bytes)) {
      if (!enter(p, "metadata", "labels") || p.currentToken() != JsonToken.START_OBJECT) {
        return Map.of();
      }
      Map<String, String> labels = new HashMap<>();
      while (p.nextToken() != JsonToken.END_OBJECT) {
        String label = p.currentName();
        p.nextToken();
        labels.put(label, p.getText());
      }
      return Map.copyOf(labels);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The value at a path such as {@code spec.nodeName}, or its zero where it is left out; "" for
   * objects and lists.
   */
  static String read(byte[] bytes, String path) {
    String value = text(bytes, path);
    return value.isEmpty() ? ZEROS.getOrDefault(path, "") : value;
  }

  private static String text(byte[] bytes, String path) {
    try (JsonParser p = Json.FACTORY.createParser(bytes)) {
      boolean value = enter(p, path.split("\\.")) && p.currentToken().isScalarValue();
      return value && p.currentToken() != JsonToken.VALUE_NULL ? p.getText() : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Moves to the value behind the names; false where there is none. */
  private static boolean enter(JsonParser p, String... path) throws IOException {
    p.nextToken();
    for (String name : path) {
      if (p.currentToken() != JsonToken.START_OBJECT || !find(p, name)) {
        return false;
      }
    }
    return true;
  }

  private static boolean find(JsonParser p, String wanted) throws IOException {
    while (p.nextToken() == JsonToken.FIELD_NAME) {
      String field = p.currentName();
      p.nextToken();
      if (field.equals(wanted)) {
        return true;
      }
      p.skipChildren();
    }
    return false;
  }
}
