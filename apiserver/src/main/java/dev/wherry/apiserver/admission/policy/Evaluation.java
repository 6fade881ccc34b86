package dev.wherry.apiserver.admission.policy;

import dev.wherry.apiserver.admission.policy.CompiledPolicy.Expression;
import dev.wherry.apiserver.cel.CelBudget;
import dev.wherry.apiserver.cel.CelFailure;
import java.util.AbstractMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A policy's expressions run for one request and one parameter. Variables are evaluated when they
 * are first looked at, once. Owned by the request's thread.
 */
final class Evaluation {
  private static final String EXHAUSTED =
      "validation failed due to running out of cost budget, no further validation rules will be"
          + " run";

  private final Map<String, Object> inputs;
  private CelBudget budget = new CelBudget();

  /** An expression that has no value. */
  static final class Failure extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean exhausted;

    Failure(String message, boolean exhausted) {
      super(message, null, false, false);
      this.exhausted = exhausted;
    }

    /** Whether no further expression is to be run. */
    boolean isExhausted() {
      return exhausted;
    }

    String text() {
      return String.valueOf(getMessage());
    }
  }

  Evaluation(Map<String, Object> inputs, Map<String, Expression> variables) {
    this.inputs = new HashMap<>(inputs);
    this.inputs.put("variables", new Variables(variables));
  }

  /** Expressions after this have a budget of their own. */
  void begin() {
    budget = new CelBudget();
  }

  Object run(Expression expression) throws Failure {
    if (expression.program().isEmpty()) {
      throw new Failure(expression.failure(), false);
    }
    try {
      return expression.program().get().evaluate(inputs, budget);
    } catch (CelFailure e) {
      if (budget.isSpent()) {
        throw new Failure(EXHAUSTED, true);
      }
      throw new Failure(
          "expression '" + expression.source() + "' resulted in error: " + e.text(), false);
    }
  }

  /** The value of {@code variables}. */
  private final class Variables extends AbstractMap<String, Object> {
    private final Map<String, Expression> declared;
    private final Map<String, Object> known = new HashMap<>();

    Variables(Map<String, Expression> declared) {
      this.declared = declared;
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
      if (!(key instanceof String name) || !declared.containsKey(name)) {
        return null;
      }
      Object value = known.get(name);
      if (value == null) {
        value = evaluate(name, declared.getOrDefault(name, Expression.NONE));
        known.put(name, value);
      }
      return value;
    }

    private Object evaluate(String name, Expression expression) {
      try {
        if (expression.program().isEmpty()) {
          throw new IllegalStateException(expression.failure());
        }
        return expression.program().get().evaluate(inputs, budget);
      } catch (CelFailure e) {
        throw new IllegalStateException(
            "composited variable \"" + name + "\" fails to evaluate: " + e.text());
      }
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return declared.containsKey(key);
    }

    @Override
    public int size() {
      return declared.size();
    }

    @Override
    public Set<Map.Entry<String, Object>> entrySet() {
      Map<String, Object> all = new LinkedHashMap<>();
      declared.forEach((name, expression) -> all.put(name, evaluate(name, expression)));
      return all.entrySet();
    }
  }
}
