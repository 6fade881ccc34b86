package dev.wherry.model.selector;

import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.meta.v1.LabelSelectorRequirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A label selector: all requirements hold (apimachinery labels.Selector).
 *
 * @param nothing whether it matches nothing at all, as a null meta/v1 LabelSelector does
 */
public record Labels(List<Requirement> requirements, boolean nothing) {
  public static final Labels EVERYTHING = new Labels(List.of(), false);
  public static final Labels NOTHING = new Labels(List.of(), true);

  public Labels {
    requirements = List.copyOf(requirements);
  }

  /** How a requirement judges a value. */
  public enum Operator {
    IN,
    NOT_IN,
    EQUALS,
    NOT_EQUALS,
    EXISTS,
    DOES_NOT_EXIST,
    GREATER_THAN,
    LESS_THAN
  }

  /** One requirement. */
  public record Requirement(String key, Operator operator, List<String> values) {
    public Requirement {
      values = List.copyOf(values);
    }

    public boolean matches(Map<String, String> labels) {
      String value = labels.get(key);
      return switch (operator) {
        case IN, EQUALS -> value != null && values.contains(value);
        case NOT_IN, NOT_EQUALS -> value == null || !values.contains(value);
        case EXISTS -> value != null;
        case DOES_NOT_EXIST -> value == null;
        case GREATER_THAN -> value != null && compare(value) > 0;
        case LESS_THAN -> value != null && compare(value) < 0;
      };
    }

    private int compare(String value) {
      try {
        return Long.compare(Long.parseLong(value), Long.parseLong(values.getFirst()));
      } catch (NumberFormatException e) {
        return 0;
      }
    }

    @Override
    public String toString() {
      String list = String.join(",", values);
      return switch (operator) {
        case IN -> key + " in (" + list + ")";
        case NOT_IN -> key + " notin (" + list + ")";
        case EQUALS -> key + "=" + list;
        case NOT_EQUALS -> key + "!=" + list;
        case EXISTS -> key;
        case DOES_NOT_EXIST -> "!" + key;
        case GREATER_THAN -> key + ">" + list;
        case LESS_THAN -> key + "<" + list;
      };
    }
  }

  /**
   * Reads the text form: {@code a=b,c!=d,e in (f,g),h,!i,j>1}.
   *
   * @throws SelectorException in upstream's words
   */
  public static Labels parse(String text) {
    return text.isBlank() ? EVERYTHING : new LabelsParser(text).parse();
  }

  /** Labels that must all be there with these values. */
  public static Labels ofMap(Map<String, String> labels) {
    List<Requirement> all = new ArrayList<>();
    labels.forEach((key, value) -> all.add(new Requirement(key, Operator.EQUALS, List.of(value))));
    return new Labels(all, false);
  }

  /**
   * The selector of a meta/v1 LabelSelector; absent matches nothing, empty matches everything.
   *
   * @throws SelectorException when an operator is unknown
   */
  public static Labels of(Optional<LabelSelector> selector) {
    if (selector.isEmpty()) {
      return NOTHING;
    }
    List<Requirement> all = new ArrayList<>(ofMap(selector.get().matchLabels()).requirements());
    for (LabelSelectorRequirement r : selector.get().matchExpressions()) {
      all.add(new Requirement(r.key(), operator(r.operator()), r.values()));
    }
    return new Labels(all, false);
  }

  private static Operator operator(String name) {
    return switch (name) {
      case "In" -> Operator.IN;
      case "NotIn" -> Operator.NOT_IN;
      case "Exists" -> Operator.EXISTS;
      case "DoesNotExist" -> Operator.DOES_NOT_EXIST;
      default ->
          throw new SelectorException("\"" + name + "\" is not a valid label selector operator");
    };
  }

  public boolean isEverything() {
    return !nothing && requirements.isEmpty();
  }

  public boolean matches(Map<String, String> labels) {
    if (nothing) {
      return false;
    }
    for (Requirement requirement : requirements) {
      if (!requirement.matches(labels)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return String.join(",", requirements.stream().map(Requirement::toString).toList());
  }
}
