package dev.wherry.apiserver.table;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;

/**
 * One column definition of meta.k8s.io Table.
 *
 * @param type OpenAPI type: string, integer, boolean
 * @param format "name" for the column that holds the object's name, else ""
 * @param priority 0 is always shown, 1 only with {@code -o wide}
 */
public record Column(String name, String type, String format, String description, int priority) {
  ObjectNode toJson() {
    return Json.object()
        .put("name", name)
        .put("type", type)
        .put("format", format)
        .put("description", description)
        .put("priority", priority);
  }
}
