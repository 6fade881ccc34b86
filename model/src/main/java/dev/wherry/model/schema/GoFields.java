package dev.wherry.model.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The fields whose Go types say more than the published schema. The table {@code go-fields.tsv} has
 * one line for each: type, field, Go type (a star before it: a pointer), and {@code keep} where the
 * empty value is written. All others follow the rule: required ones are kept, the rest is dropped
 * when it is zero.
 */
final class GoFields {
  private static final Map<String, GoField> EXCEPTIONS = read();

  private static final Set<FieldType> FILLED =
      Set.of(
          FieldType.Scalar.STRING,
          FieldType.Scalar.INT32,
          FieldType.Scalar.INT64,
          FieldType.Scalar.BOOLEAN);

  /** Filled as types are met; as many as the schema has types. */
  private static final Map<String, Map<String, JsonNode>> KEPT_VALUES = new ConcurrentHashMap<>();

  private GoFields() {}

  /**
   * The fields that Go's encoder writes in every structure of this type, with what they are when
   * nothing was said: generated clients refuse an object without them. Lists and maps, which it
   * writes as null, are empty here, and among them when the schema requires them.
   */
  static Map<String, JsonNode> keptValues(ObjectType type) {
    Map<String, JsonNode> known = KEPT_VALUES.get(type.name());
    return known == null
        ? KEPT_VALUES.computeIfAbsent(type.name(), _ -> findKeptValues(type))
        : known;
  }

  private static Map<String, JsonNode> findKeptValues(ObjectType type) {
    Map<String, JsonNode> kept = new TreeMap<>();
    for (FieldInfo field : type.fields().values()) {
      GoField go = of(type, field);
      if (go.kept() && !go.pointer()) {
        empty(field).ifPresent(value -> kept.put(field.name(), value));
      }
    }
    return Map.copyOf(kept);
  }

  private static Optional<JsonNode> empty(FieldInfo field) {
    return switch (field.type()) {
      case FieldType.ListOf _ when field.required() -> Optional.of(Json.array());
      case FieldType.MapOf _ when field.required() -> Optional.of(Json.object());
      case FieldType type when FILLED.contains(type) -> Optional.of(GoScalars.zero(type));
      default -> Optional.empty();
    };
  }

  static GoField of(ObjectType type, FieldInfo field) {
    GoField known = EXCEPTIONS.get(type.name() + "\t" + field.name());
    if (known != null) {
      return known;
    }
    return field.required() ? GoField.REQUIRED : GoField.PLAIN;
  }

  private static Map<String, GoField> read() {
    Map<String, GoField> fields = new HashMap<>();
    try (InputStream in = GoFields.class.getResourceAsStream("go-fields.tsv")) {
      if (in == null) {
        throw new IllegalStateException("go-fields.tsv is not on the class path");
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cells = line.split("\t", -1);
        boolean pointer = cells[2].startsWith("*");
        fields.put(
            cells[0] + "\t" + cells[1],
            new GoField(
                (pointer ? cells[2].substring(1) : cells[2]).intern(),
                pointer,
                !cells[3].isEmpty()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.copyOf(fields);
  }
}
