package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.status.ApiException.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether a schema's defaults fulfil the schema (apiextensions schema/defaulting/validation). */
public final class StructuralDefaults {
  private StructuralDefaults() {}

  /** The mistakes in all defaults of a structural schema. */
  public static List<Cause> check(JsonNode schema, String path) {
    List<Cause> causes = new ArrayList<>();
    node(Structural.of(schema), path, causes);
    return causes;
  }

  private static void node(Structural schema, String path, List<Cause> causes) {
    if (!schema.hasDefaults()) {
      return;
    }
    if (schema.hasDefault()) {
      JsonNode pruned = schema.defaultValue().deepCopy();
      Pruning.pruneValue(pruned, schema);
      if (!pruned.equals(schema.defaultValue())) {
        causes.add(
            Cause.invalid(
                path + ".default", schema.defaultValue(), "must not have unknown fields"));
      }
      SchemaCheck.check(schema.defaultValue(), schema, path + ".default", null)
          .forEach(problem -> causes.add(problem.cause()));
    }
    schema.items().ifPresent(item -> node(item, path + ".items", causes));
    for (Map.Entry<String, Structural> e : schema.properties().entrySet()) {
      node(e.getValue(), path + ".properties[" + e.getKey() + "]", causes);
    }
  }
}
