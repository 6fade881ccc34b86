package dev.wherry.model.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
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
  private static final Map<String, Map<String, JsonNode>> KEPT_SCALARS = new ConcurrentHashMap<>();

  private GoFields() {}

  /**
   * The fields that Go's encoder writes in every structure of this type, with their zero values:
   * generated clients refuse an object without them. Lists and maps, which it writes as null, are
   * not among them.
   */
  static Map<String, JsonNode> keptScalars(ObjectType type) {
    Map<String, JsonNode> known = KEPT_SCALARS.get(type.name());
    return known == null
        ? KEPT_SCALARS.computeIfAbsent(type.name(), _ -> findKeptScalars(type))
        : known;
  }

  private static Map<String, JsonNode> findKeptScalars(ObjectType type) {
    Map<String, JsonNode> kept = new TreeMap<>();
    for (FieldInfo field : type.fields().values()) {
      GoField go = of(type, field);
      if (go.kept() && !go.pointer() && FILLED.contains(field.type())) {
        kept.put(field.name(), GoScalars.zero(field.type()));
      }
    }
    return Map.copyOf(kept);
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
