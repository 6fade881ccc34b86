package dev.wherry.cli.client.print;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.jsonpath.JsonPath;
import dev.wherry.cli.client.jsonpath.JsonPathException;
import java.io.PrintStream;
import java.util.List;

/** {@code -o jsonpath=...}: the results of an expression are separated by spaces. */
final class JsonPathPrinter implements ObjectPrinter {
  private final String template;
  private final JsonPath path;
  private final boolean asJson;
  private final PrintStream out;

  /**
   * @param asJson prints all results as one JSON list
   */
  JsonPathPrinter(String template, boolean missingAllowed, boolean asJson, PrintStream out) {
    this.template = template;
    this.asJson = asJson;
    this.out = out;
    try {
      this.path = JsonPath.parse(template, missingAllowed);
    } catch (JsonPathException e) {
      throw ClientException.error("error parsing jsonpath " + template + ", " + e.getMessage());
    }
  }

  @Override
  public void print(JsonNode object) {
    List<List<JsonNode>> results;
    try {
      results = path.find(object);
    } catch (JsonPathException e) {
      throw ClientException.error(
          "error executing jsonpath \"%s\": Error executing template: %s"
              .formatted(template, e.getMessage()));
    }
    if (asJson) {
      var all = dev.wherry.model.json.Json.array();
      results.forEach(all::addAll);
      out.println(GoJson.pretty(all));
      return;
    }
    for (List<JsonNode> found : results) {
      out.print(String.join(" ", found.stream().map(JsonPathPrinter::text).toList()));
    }
  }

  private static String text(JsonNode value) {
    if (value.isContainerNode()) {
      return GoJson.compact(value);
    }
    return value.isNull() ? "null" : GoText.of(value);
  }
}
