package dev.wherry.cli.client.print;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wherry.cli.client.jsonpath.JsonPath;
import dev.wherry.model.Quantity;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** How {@code --sort-by} orders: nothing first, numbers and quantities by size, texts naturally. */
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
    return natural(GoText.of(left), GoText.of(right));
  }

  private static Optional<Quantity> quantity(JsonNode value) {
    try {
      return Optional.of(Quantity.parse(value.asText()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Runs of digits count as numbers: {@code pod-9} before {@code pod-10}. */
  static int natural(String left, String right) {
    int i = 0;
    int j = 0;
    while (i < left.length() && j < right.length()) {
      int from = i;
      int start = j;
      i = end(left, i);
      j = end(right, j);
      String one = left.substring(from, i);
      String other = right.substring(start, j);
      int order = one.compareTo(other);
      if (Character.isDigit(one.charAt(0)) && Character.isDigit(other.charAt(0))) {
        String a = one.replaceFirst("^0+(?=.)", "");
        String b = other.replaceFirst("^0+(?=.)", "");
        order = a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
      }
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.length() - i, right.length() - j);
  }

  private static int end(String text, int from) {
    if (!Character.isDigit(text.charAt(from))) {
      return from + 1;
    }
    int at = from;
    while (at < text.length() && Character.isDigit(text.charAt(at))) {
      at++;
    }
    return at;
  }
}
