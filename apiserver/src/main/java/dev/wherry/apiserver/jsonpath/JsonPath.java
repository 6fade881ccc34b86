package dev.wherry.apiserver.jsonpath;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.SortedTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A parsed path, such as {@code .status.conditions[?(@.type=="Ready")].status}. */
public final class JsonPath {
  private final List<Step> steps;

  private JsonPath(List<Step> steps) {
    this.steps = List.copyOf(steps);
  }

  /** One step from nodes to nodes. */
  sealed interface Step {
    /** The field of an object. */
    record Name(String name) implements Step {}

    /** A field at any depth. */
    record Anywhere(String name) implements Step {}

    /** All elements of a list, or values of an object. */
    record All() implements Step {}

    /** Elements {@code from} to before {@code to}; negative numbers count from the end. */
    record Slice(int from, int to, int every) implements Step {}

    /** Elements of a list for which a comparison holds. */
    record Where(JsonPath left, String operator, JsonPath right, String literal) implements Step {}
  }

  /**
   * @throws IllegalArgumentException when the path cannot be read
   */
  public static JsonPath parse(String path) {
    return new PathParser(path).parse();
  }

  static JsonPath of(List<Step> steps) {
    return new JsonPath(steps);
  }

  /** The names of a path in dot notation: {@code .spec.replicas} is spec, replicas. */
  public static List<String> names(String path) {
    return path.isEmpty() || path.equals(".")
        ? List.of()
        : List.copyOf(Arrays.asList(path.replaceFirst("^\\.", "").split("\\.")));
  }

  /** What stands at the path; fields that are absent give nothing. */
  public List<JsonNode> find(JsonNode root) {
    List<JsonNode> nodes = List.of(root);
    for (Step step : steps) {
      List<JsonNode> next = new ArrayList<>();
      for (JsonNode node : nodes) {
        take(step, node, next);
      }
      nodes = next;
    }
    return nodes;
  }

  private static void take(Step step, JsonNode node, List<JsonNode> next) {
    switch (step) {
      case Step.Name(String name) -> {
        if (node.has(name)) {
          next.add(node.get(name));
        }
      }
      case Step.Anywhere(String name) -> next.addAll(node.findValues(name));
      case Step.All() -> node.forEach(next::add);
      case Step.Slice slice -> slice(slice, node, next);
      case Step.Where where -> {
        for (JsonNode element : node) {
          if (holds(where, element)) {
            next.add(element);
          }
        }
      }
    }
  }

  private static void slice(Step.Slice slice, JsonNode node, List<JsonNode> next) {
    if (!node.isArray()) {
      return;
    }
    int size = node.size();
    int from = slice.from() < 0 ? size + slice.from() : slice.from();
    int to = slice.to() < 0 ? size + slice.to() : Math.min(slice.to(), size);
    for (int i = Math.max(from, 0); i < to; i += slice.every()) {
      next.add(node.get(i));
    }
  }

  private static boolean holds(Step.Where where, JsonNode element) {
    List<JsonNode> left = where.left().find(element);
    if (where.operator().isEmpty()) {
      return !left.isEmpty();
    }
    if (left.isEmpty()) {
      return false;
    }
    String right = where.literal();
    if (!where.right().steps.isEmpty()) {
      List<JsonNode> found = where.right().find(element);
      if (found.isEmpty()) {
        return false;
      }
      right = found.getFirst().asText();
    }
    int order = compare(left.getFirst(), right);
    return switch (where.operator()) {
      case "==" -> order == 0;
      case "!=" -> order != 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  private static int compare(JsonNode left, String right) {
    if (left.isNumber()) {
      try {
        return left.decimalValue().compareTo(new java.math.BigDecimal(right));
      } catch (NumberFormatException e) {
        return left.asText().compareTo(right);
      }
    }
    return left.asText().compareTo(right);
  }

  /** As {@code kubectl} shows a value in a template: texts bare, all else as JSON. */
  public static String print(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> value.textValue();
      case OBJECT, ARRAY -> SortedTree.of(value).toString();
      case NULL, MISSING -> "";
      default -> value.asText();
    };
  }
}
