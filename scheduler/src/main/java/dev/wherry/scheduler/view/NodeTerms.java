package dev.wherry.scheduler.view;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/**
 * Which nodes a pod asks for: its nodeSelector and node affinity.
 *
 * @param selector all of these labels
 * @param required any of these terms; only looked at when {@code hasRequired}
 * @param hasRequired whether required affinity was given at all: an empty list then matches nothing
 * @param preferred terms that add their weight
 */
public record NodeTerms(
    Map<String, String> selector,
    boolean hasRequired,
    List<Term> required,
    List<Weighted> preferred) {
  public static final NodeTerms ANY = new NodeTerms(Map.of(), false, List.of(), List.of());

  /** Requirements that must all hold; a term without any matches no node. */
  public record Term(List<Requirement> labels, List<Requirement> fields) {
    public boolean matches(NodeView node) {
      if (labels.isEmpty() && fields.isEmpty()) {
        return false;
      }
      for (Requirement r : labels) {
        if (!r.matches(node.labels())) {
          return false;
        }
      }
      for (Requirement r : fields) {
        if (!r.matches(Map.of("metadata.name", node.name()))) {
          return false;
        }
      }
      return true;
    }
  }

  /** A preferred term; weight 1 to 100. */
  public record Weighted(int weight, Term term) {}

  /** One expression over labels (core/v1 NodeSelectorRequirement). */
  public record Requirement(String key, String operator, List<String> values) {
    boolean matches(Map<String, String> labels) {
      String value = labels.get(key);
      return switch (operator) {
        case "In" -> value != null && values.contains(value);
        case "NotIn" -> value == null || !values.contains(value);
        case "Exists" -> value != null;
        case "DoesNotExist" -> value == null;
        case "Gt" -> value != null && compare(value) > 0;
        case "Lt" -> value != null && compare(value) < 0;
        default -> false;
      };
    }

    private int compare(String value) {
      try {
        return values.size() != 1
            ? 0
            : new BigInteger(value).compareTo(new BigInteger(values.getFirst()));
      } catch (NumberFormatException e) {
        return 0;
      }
    }
  }

  public boolean isAny() {
    return selector.isEmpty() && !hasRequired;
  }

  /** Whether selector and required affinity allow the node. */
  public boolean allow(NodeView node) {
    for (Map.Entry<String, String> e : selector.entrySet()) {
      if (!e.getValue().equals(node.labels().get(e.getKey()))) {
        return false;
      }
    }
    if (!hasRequired) {
      return true;
    }
    for (Term term : required) {
      if (term.matches(node)) {
        return true;
      }
    }
    return false;
  }
}
