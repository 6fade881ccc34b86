package dev.wherry.apiserver.cel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code matchConditions}: all have to be true (webhook/matchconditions). One that is false counts
 * more than one that fails.
 */
public final class Conditions {
  private static final String EXHAUSTED =
      "validation failed due to running out of cost budget, no further validation rules will be"
          + " run";

  private final List<Condition> conditions;

  private record Condition(String expression, Optional<CelProgram> program, String failure) {}

  /** What the conditions say. */
  public sealed interface Verdict {
    /** All are true. */
    record Holds() implements Verdict {}

    /** One is false. */
    record Excluded() implements Verdict {}

    /** None is false, but some have no value. */
    record Failed(String why) implements Verdict {}
  }

  private Conditions(List<Condition> conditions) {
    this.conditions = conditions;
  }

  /** Compiles the list of a webhook or policy. */
  public static Conditions of(JsonNode list, AdmissionEnvironment environment) {
    List<Condition> conditions = new ArrayList<>();
    for (JsonNode one : list) {
      String expression = one.path("expression").asText();
      try {
        CelProgram program = environment.condition(expression);
        conditions.add(new Condition(expression, Optional.of(program), ""));
      } catch (CelFailure e) {
        String failure = "compilation error: " + e.text();
        conditions.add(new Condition(expression, Optional.empty(), failure));
      }
    }
    return new Conditions(List.copyOf(conditions));
  }

  /** Of programs by their expressions, in order. */
  public static Conditions of(Map<String, CelProgram> programs) {
    List<Condition> conditions = new ArrayList<>();
    programs.forEach((expression, program) ->
        conditions.add(new Condition(expression, Optional.of(program), "")));
    return new Conditions(List.copyOf(conditions));
  }

  public boolean isEmpty() {
    return conditions.isEmpty();
  }

  /** Judges a request by its variables. */
  public Verdict judge(Map<String, ?> variables) {
    CelBudget budget = new CelBudget(CelBudget.CONDITIONS_COST_MAX);
    List<String> failures = new ArrayList<>();
    for (Condition condition : conditions) {
      if (condition.program().isEmpty()) {
        failures.add(condition.failure());
        continue;
      }
      try {
        Object value = condition.program().get().evaluate(variables, budget);
        if (Boolean.FALSE.equals(value)) {
          return new Verdict.Excluded();
        }
        if (!Boolean.TRUE.equals(value)) {
          failures.add("expression '" + condition.expression() + "' resulted in no bool");
        }
      } catch (CelFailure e) {
        if (budget.isSpent()) {
          return new Verdict.Failed(EXHAUSTED);
        }
        failures.add("expression '" + condition.expression() + "' resulted in error: " + e.text());
      }
    }
    return failures.isEmpty() ? new Verdict.Holds() : new Verdict.Failed(together(failures));
  }

  private static String together(List<String> failures) {
    return failures.size() == 1 ? failures.getFirst() : "[" + String.join(", ", failures) + "]";
  }
}
