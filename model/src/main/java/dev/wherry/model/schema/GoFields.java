package dev.wherry.model.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The fields whose Go types say more than the published schema. The table {@code go-fields.tsv} has
 * one line for each: type, field, Go type (a star before it: a pointer), and {@code keep} where the
 * empty value is written. All others follow the rule: required ones are kept, and so are the parts
 * of objects; the rest is dropped when it is zero.
 */
final class GoFields {
  private static final Map<String, GoField> EXCEPTIONS = read();

  private static final Set<FieldType> FILLED =
      Set.of(
          FieldType.Scalar.STRING,
          FieldType.Scalar.INT32,
          FieldType.Scalar.INT64,
          FieldType.Scalar.BOOLEAN);

  /**
   * Scalars that Go keeps in structures of their own, which are something whatever they hold: the
   * {@code default: false} of a definition's schema.
   */
  private static final Set<FieldType> STRUCTURES =
      Set.of(FieldType.Scalar.JSON, FieldType.Scalar.INT_OR_STRING);

  /** The parts of an object, which are pointers in no type but those the table names. */
  private static final Set<String> PARTS_OF_OBJECTS = Set.of("metadata", "spec", "status");

  /** Filled as types are met; as many as the schema has types. */
  private static final Map<String, Map<String, JsonNode>> WRITTEN = new ConcurrentHashMap<>();

  /** Filled as types are met, too. */
  private static final Map<String, Map<String, GoField>> OF_TYPES = new ConcurrentHashMap<>();

  private GoFields() {}

  /**
   * The fields that Go's encoder writes in every structure of this type, with their zero values:
   * generated clients refuse an object without them. Structures that are no pointers are among them
   * ({@code status: {}}); lists and maps, which it writes as null, are not. The values are shared.
   */
  static Map<String, JsonNode> written(Schema schema, ObjectType type) {
    Map<String, JsonNode> known = WRITTEN.get(type.name());
    if (known == null) {
      known = findWritten(schema, type);
      WRITTEN.put(type.name(), known);
    }
    return known;
  }

  private static Map<String, JsonNode> findWritten(Schema schema, ObjectType type) {
    Map<String, JsonNode> written = new TreeMap<>();
    for (FieldInfo field : type.fields().values()) {
      GoField go = of(type, field);
      if (!go.kept() || go.pointer()) {
        continue;
      }
      if (FILLED.contains(field.type())) {
        written.put(field.name(), GoScalars.zero(field.type()));
      } else if (field.type() instanceof FieldType.Ref(String name)) {
        // A Go structure cannot hold itself, so this ends.
        ObjectNode empty = Json.object();
        schema
            .type(name)
            .ifPresent(nested ->
                written(schema, nested).forEach((n, zero) -> empty.set(n, zero.deepCopy())));
        written.put(field.name(), empty);
      }
    }
    return Collections.unmodifiableMap(written);
  }

  /** What Go says of each field of a type, by its JSON name. */
  static Map<String, GoField> of(ObjectType type) {
    Map<String, GoField> known = OF_TYPES.get(type.name());
    if (known == null) {
      Map<String, GoField> found = new HashMap<>();
      type.fields().forEach((name, field) -> found.put(name, of(type, field)));
      known = Map.copyOf(found);
      OF_TYPES.put(type.name(), known);
    }
    return known;
  }

  static GoField of(ObjectType type, FieldInfo field) {
    GoField known = EXCEPTIONS.get(type.name() + "\t" + field.name());
    if (known != null) {
      return known;
    }
    boolean part = field.type() instanceof FieldType.Ref && PARTS_OF_OBJECTS.contains(field.name());
    if (field.required() || part) {
      return GoField.REQUIRED;
    }
    return STRUCTURES.contains(field.type()) ? GoField.STRUCTURE : GoField.PLAIN;
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
