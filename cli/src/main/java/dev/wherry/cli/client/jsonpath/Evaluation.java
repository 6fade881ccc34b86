package dev.wherry.cli.client.jsonpath;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Evaluates a template on a tree. */
final class Evaluation {
  private final boolean missingAllowed;

  Evaluation(boolean missingAllowed) {
    this.missingAllowed = missingAllowed;
  }

  void run(List<Node> nodes, JsonNode data, List<List<JsonNode>> results) {
    for (Node node : nodes) {
      if (node instanceof Node.Range range) {
        for (JsonNode item : walk(range.steps(), List.of(data))) {
          run(range.body(), item, results);
        }
      } else {
        results.add(walk(node, List.of(data)));
      }
    }
  }

  private List<JsonNode> walk(Node node, List<JsonNode> input) {
    return switch (node) {
      case Node.Literal literal -> List.of(literal.value());
      case Node.Field field -> field(field.name(), input);
      case Node.Wildcard ignored -> children(input);
      case Node.Recursive ignored -> descendants(input);
      case Node.Slice slice -> slice(slice, input);
      case Node.Union union -> {
        List<JsonNode> results = new ArrayList<>();
        union.parts().forEach(part -> results.addAll(walk(part, input)));
        yield results;
      }
      case Node.Filter filter -> filter(filter, input);
      case Node.Steps steps -> {
        List<JsonNode> current = input;
        for (Node step : steps.nodes()) {
          current = walk(step, current);
        }
        yield current;
      }
      case Node.Range range -> {
        List<List<JsonNode>> inner = new ArrayList<>();
        input.forEach(item -> run(List.of(range), item, inner));
        yield inner.stream().flatMap(List::stream).toList();
      }
    };
  }

  private List<JsonNode> field(String name, List<JsonNode> input) {
    if (name.isEmpty()) {
      return input;
    }
    List<JsonNode> results = new ArrayList<>();
    for (JsonNode item : input) {
      JsonNode value = item.isObject() ? item.get(name) : null;
      if (value != null) {
        results.add(value);
      }
    }
    if (results.isEmpty() && !missingAllowed && !input.isEmpty()) {
      throw new JsonPathException(name + " is not found");
    }
    return results;
  }

  private static List<JsonNode> children(List<JsonNode> input) {
    List<JsonNode> results = new ArrayList<>();
    for (JsonNode item : input) {
      if (item instanceof ObjectNode object) {
        TreeMap<String, JsonNode> sorted = new TreeMap<>();
        object.properties().forEach(e -> sorted.put(e.getKey(), e.getValue()));
        results.addAll(sorted.values());
      } else {
        item.forEach(results::add);
      }
    }
    return results;
  }

  private static List<JsonNode> descendants(List<JsonNode> input) {
    List<JsonNode> results = new ArrayList<>();
    for (JsonNode item : input) {
      List<JsonNode> children = children(List.of(item));
      if (!children.isEmpty()) {
        results.add(item);
        results.addAll(descendants(children));
      }
    }
    return results;
  }

  private List<JsonNode> slice(Node.Slice slice, List<JsonNode> input) {
    List<JsonNode> results = new ArrayList<>();
    for (JsonNode item : input) {
      if (item.isNull()) {
        continue;
      }
      if (!item.isArray()) {
        throw new JsonPathException(item.getNodeType() + " is not array or slice");
      }
      if (slice.index()) {
        index(slice.from() == null ? 0 : slice.from(), item, results);
      } else {
        range(slice, item, results);
      }
    }
    return results;
  }

  private void index(int index, JsonNode list, List<JsonNode> results) {
    int size = list.size();
    int at = index < 0 ? index + size : index;
    if (at >= 0 && at < size) {
      results.add(list.get(at));
    } else if (!missingAllowed || size > 0) {
      throw new JsonPathException(
          "array index out of bounds: index %d, length %d".formatted(index, size));
    }
  }

  private static void range(Node.Slice slice, JsonNode list, List<JsonNode> results) {
    int size = list.size();
    int from = slice.from() == null ? 0 : slice.from();
    int to = slice.to() == null ? size : slice.to();
    int step = slice.step() == null ? 1 : slice.step();
    if (step <= 0) {
      throw new JsonPathException("step must be > 0");
    }
    int first = Math.max(0, from < 0 ? from + size : from);
    int end = Math.min(size, to < 0 ? to + size : to);
    for (int i = first; i < end; i += step) {
      results.add(list.get(i));
    }
  }

  private List<JsonNode> filter(Node.Filter filter, List<JsonNode> input) {
    Evaluation lenient = new Evaluation(true);
    List<JsonNode> results = new ArrayList<>();
    for (JsonNode list : input) {
      for (JsonNode item : list.isObject() ? children(List.of(list)) : list) {
        List<JsonNode> left = lenient.walk(filter.left(), List.of(item));
        if (filter.operator().equals("exists")) {
          if (!left.isEmpty()) {
            results.add(item);
          }
          continue;
        }
        List<JsonNode> right = lenient.walk(filter.right(), List.of(item));
        if (left.size() > 1 || right.size() > 1) {
          throw new JsonPathException("can only compare one element at a time");
        }
        if (!left.isEmpty()
            && !right.isEmpty()
            && holds(left.getFirst(), filter.operator(), right.getFirst())) {
          results.add(item);
        }
      }
    }
    return results;
  }

  private static boolean holds(JsonNode left, String operator, JsonNode right) {
    if (left.isContainerNode() || right.isContainerNode()) {
      throw new JsonPathException("invalid type for comparison");
    }
    if (left.getNodeType() != right.getNodeType()) {
      throw new JsonPathException("incompatible types for comparison");
    }
    int order =
        left.isNumber()
            ? left.decimalValue().compareTo(right.decimalValue())
            : left.asText().compareTo(right.asText());
    return switch (operator) {
      case "==", "=" -> order == 0;
      case "!=" -> order != 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      case ">=" -> order >= 0;
      default -> throw new JsonPathException("unrecognized filter operator " + operator);
    };
  }
}
