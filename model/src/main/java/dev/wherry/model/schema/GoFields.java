package dev.wherry.model.schema;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The fields whose Go types say more than the published schema. The table {@code go-fields.tsv} has
 * one line for each: type, field, Go type (a star before it: a pointer), and {@code keep} where the
 * empty value is written. All others follow the rule: required ones are kept, the rest is dropped
 * when it is zero.
 */
final class GoFields {
  private static final Map<String, GoField> EXCEPTIONS = read();

  private GoFields() {}

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
