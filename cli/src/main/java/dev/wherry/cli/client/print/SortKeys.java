package dev.wherry.cli.client.print;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wherry.cli.client.jsonpath.JsonPath;
import dev.wherry.model.Quantity;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How {@code --sort-by} orders: nothing first, numbers and quantities by size, texts bytewise as
 * kubectl 1.36.
 */
public final class SortKeys {
  /** The order of two values that an expression found. */
  public static final Comparator<JsonNode> ORDER = SortKeys::compare;

  private SortKeys() {}

  /** The first value an expression finds in an object. */
  public static JsonNode first(JsonPath path, JsonNode object) {
    List<List<JsonNode>> found = path.find(object);
    return found.isEmpty() || found.getFirst().isEmpty()
        ? MissingNode.getInstance()
        : found.getFirst().getFirst();
  }

  private static int compare(JsonNode left, JsonNode right) {
    if (left.isMissingNode() || right.isMissingNode()) {
      return Boolean.compare(!left.isMissingNode(), !right.isMissingNode());
    }
    if (left.isNumber() && right.isNumber()) {
      return left.decimalValue().compareTo(right.decimalValue());
    }
    Optional<Quantity> one = quantity(left);
    Optional<Quantity> other = quantity(right);
    if (one.isPresent() && other.isPresent()) {
      return one.get().compareTo(other.get());
    }
    return bytewise(GoText.of(left), GoText.of(right));
  }

  private static Optional<Quantity> quantity(JsonNode value) {
    try {
      return Optional.of(Quantity.parse(value.asText()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** By their bytes in UTF-8, as Go compares strings. */
  private static int bytewise(String left, String right) {
    return Arrays.compareUnsigned(
        left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
  }
}
