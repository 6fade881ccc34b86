package dev.wherry.cli.client.jsonpath;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A JSONPath template as kubectl understands it: text with expressions in braces. */
public final class JsonPath {
  private static final Pattern RELAXED = Pattern.compile("\\{\\.?([^{}]+)\\}|\\.?([^{}]+)");

  private final List<Node> nodes;
  private final boolean missingAllowed;

  private JsonPath(List<Node> nodes, boolean missingAllowed) {
    this.nodes = nodes;
    this.missingAllowed = missingAllowed;
  }

  /**
   * Reads a template.
   *
   * @param missingAllowed whether a field that is not there is nothing instead of an error
   * @throws JsonPathException when it is not well-formed
   */
  public static JsonPath parse(String template, boolean missingAllowed) {
    return new JsonPath(TemplateParser.parse(template), missingAllowed);
  }

  /**
   * Reads one expression whose braces and first dot may be left out, as in custom columns: {@code
   * metadata.name}.
   */
  public static JsonPath parseRelaxed(String expression) {
    Matcher matcher = RELAXED.matcher(expression);
    if (!matcher.matches()) {
      throw new JsonPathException(
          "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}'"
              + " or '{.name1.name2}'");
    }
    String inside = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return parse("{." + inside + "}", true);
  }

  /** The results of each expression and text, in order. */
  public List<List<JsonNode>> find(JsonNode data) {
    List<List<JsonNode>> results = new ArrayList<>();
    new Evaluation(missingAllowed).run(nodes, data, results);
    return results;
  }
}
