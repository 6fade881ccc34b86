package dev.wherry.apiserver.customresource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.jsonpath.JsonPath;
import dev.wherry.apiserver.table.Column;
import dev.wherry.apiserver.table.KindTable;
import java.time.Instant;
import java.util.List;

/** {@code additionalPrinterColumns} as a table (apiextensions tableconvertor). */
final class ColumnTable {
  private ColumnTable() {}

  static KindTable of(JsonNode columns) {
    if (columns.isEmpty()) {
      return KindTable.nameAndAge();
    }
    KindTable.Builder table = KindTable.builder().name();
    for (JsonNode column : columns) {
      add(table, column);
    }
    return table.build();
  }

  private static void add(KindTable.Builder table, JsonNode column) {
    String path = column.path("jsonPath").asText();
    String type = column.path("type").asText();
    String description =
        column
            .path("description")
            .asText("Custom resource definition column (in JSONPath format): " + path);
    Column head =
        new Column(
            column.path("name").asText(),
            type,
            column.path("format").asText(),
            description,
            column.path("priority").asInt());
    JsonPath parsed = parse(path);
    table.column(head, (object, now) -> cell(type, parsed.find(object), now));
  }

  /** A path that cannot be read shows nothing. */
  private static JsonPath parse(String path) {
    try {
      return JsonPath.parse(path);
    } catch (IllegalArgumentException e) {
      return JsonPath.parse("[?(@.wherry==\"\")]");
    }
  }

  private static JsonNode cell(String type, List<JsonNode> found, Instant now) {
    if (found.isEmpty() || found.getFirst().isNull()) {
      return NullNode.getInstance();
    }
    JsonNode value = found.getFirst();
    return switch (type) {
      case "integer" ->
          value.isNumber() ? LongNode.valueOf(value.longValue()) : NullNode.getInstance();
      case "number" ->
          value.isNumber() ? DoubleNode.valueOf(value.doubleValue()) : NullNode.getInstance();
      case "boolean" -> value.isBoolean() ? value : NullNode.getInstance();
      case "date" ->
          value.isTextual() ? TextNode.valueOf(KindTable.age(value, now)) : NullNode.getInstance();
      default -> TextNode.valueOf(JsonPath.print(value));
    };
  }
}
