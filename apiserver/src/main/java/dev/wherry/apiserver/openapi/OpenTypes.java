package dev.wherry.apiserver.openapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Definitions for fields that hold any JSON. The published messages call each of them by a name
 * that clients and {@code kubectl explain} show.
 */
final class OpenTypes {
  private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
  private static final String RAW = "io.k8s.apimachinery.pkg.runtime.RawExtension";
  private static final String FIELDS = META + "FieldsV1";
  private static final String SCHEMAS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";
  private static final String SCHEMA_FIELD = "apiextensions.v1.JSONSchemaProps ";

  private static final Map<String, String> BY_FIELD =
      Map.ofEntries(
          Map.entry("meta.v1.ManagedFieldsEntry fieldsV1", FIELDS),
          Map.entry("meta.v1.WatchEvent object", RAW),
          Map.entry("apps.v1.ControllerRevision data", RAW),
          Map.entry("resource.v1.AllocatedDeviceStatus data", RAW),
          Map.entry("resource.v1.OpaqueDeviceConfiguration parameters", RAW),
          Map.entry(SCHEMA_FIELD + "additionalItems", SCHEMAS + "JSONSchemaPropsOrBool"),
          Map.entry(SCHEMA_FIELD + "additionalProperties", SCHEMAS + "JSONSchemaPropsOrBool"),
          Map.entry(SCHEMA_FIELD + "dependencies", SCHEMAS + "JSONSchemaPropsOrStringArray"),
          Map.entry(SCHEMA_FIELD + "items", SCHEMAS + "JSONSchemaPropsOrArray"),
          Map.entry(SCHEMA_FIELD + "default", SCHEMAS + "JSON"),
          Map.entry(SCHEMA_FIELD + "enum", SCHEMAS + "JSON"),
          Map.entry(SCHEMA_FIELD + "example", SCHEMAS + "JSON"));

  private OpenTypes() {}

  /** The definition that a field refers to; "" where it has none. */
  static String of(String type, String field) {
    return BY_FIELD.getOrDefault(type + " " + field, "");
  }

  /** A new map of all of them. Objects say so; of the others everything may stand there. */
  static SortedMap<String, ObjectNode> definitions() {
    SortedMap<String, ObjectNode> definitions = new TreeMap<>();
    for (String name : BY_FIELD.values()) {
      ObjectNode node = Json.object().put("description", "Any JSON.");
      if (name.equals(FIELDS) || name.equals(RAW)) {
        node.put("description", "A JSON object.").put("type", "object");
      }
      definitions.put(name, node);
    }
    return definitions;
  }
}
