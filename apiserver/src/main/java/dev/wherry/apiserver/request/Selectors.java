package dev.wherry.apiserver.request;

import dev.wherry.model.selector.Fields;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.selector.SelectorException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a request is narrowed to, as authorisers may know it (KEP-4601). A selector that cannot be
 * read says nothing here: it only narrows, so leaving it out is safe, and its mistake is told
 * later.
 */
public record Selectors(List<Requirement> fields, List<Requirement> labels) {
  public static final Selectors NONE = new Selectors(List.of(), List.of());

  public Selectors {
    fields = List.copyOf(fields);
    labels = List.copyOf(labels);
  }

  /**
   * One term.
   *
   * @param operator In, NotIn, Exists or DoesNotExist
   */
  public record Requirement(String key, String operator, List<String> values) {
    public Requirement {
      values = List.copyOf(values);
    }
  }

  /** Reads the texts of a request; "" for none. */
  public static Selectors parse(String fieldSelector, String labelSelector) {
    return fieldSelector.isEmpty() && labelSelector.isEmpty()
        ? NONE
        : new Selectors(fields(fieldSelector), labels(labelSelector));
  }

  /** The terms of a field selector. */
  public static List<Requirement> fields(String text) {
    try {
      return Fields.parse(text).terms().stream()
          .map(term ->
              new Requirement(term.field(), term.equal() ? "In" : "NotIn", List.of(term.value())))
          .toList();
    } catch (SelectorException _) {
      return List.of();
    }
  }

  /** The terms of a label selector; greater and less than are left out, as upstream does. */
  public static List<Requirement> labels(String text) {
    List<Requirement> all = new ArrayList<>();
    try {
      for (Labels.Requirement r : Labels.parse(text).requirements()) {
        operator(r.operator())
            .ifPresent(name -> all.add(new Requirement(r.key(), name, r.values())));
      }
    } catch (SelectorException _) {
      return List.of();
    }
    return all;
  }

  private static Optional<String> operator(Labels.Operator operator) {
    return switch (operator) {
      case IN, EQUALS -> Optional.of("In");
      case NOT_IN, NOT_EQUALS -> Optional.of("NotIn");
      case EXISTS -> Optional.of("Exists");
      case DOES_NOT_EXIST -> Optional.of("DoesNotExist");
      case GREATER_THAN, LESS_THAN -> Optional.empty();
    };
  }

  /** The value that a field has to have, or "". */
  public String fieldEqual(String field) {
    for (Requirement term : fields) {
      if (term.key().equals(field) && term.operator().equals("In") && term.values().size() == 1) {
        return term.values().getFirst();
      }
    }
    return "";
  }
}
