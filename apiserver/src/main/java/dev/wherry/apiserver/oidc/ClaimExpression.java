package dev.wherry.apiserver.oidc;

import dev.wherry.apiserver.cel.CelBudget;
import dev.wherry.apiserver.cel.CelEnvironment;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.cel.CelProgram;
import dev.wherry.apiserver.config.ConfigNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** An expression over the variable {@code claims} or {@code user}. */
record ClaimExpression(String text, String variable, CelProgram program) {
  static final String CLAIMS = "claims";
  static final String USER = "user";

  /** Compiles; a mistake is recorded, and then there is no expression. */
  static Optional<ClaimExpression> of(ConfigNode node, String field, String variable) {
    String text = node.required(field);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ClaimExpression(text, variable, CelEnvironment.dynamic(variable).any(text)));
    } catch (CelFailure e) {
      node.wrong(field, e.text());
      return Optional.empty();
    }
  }

  /** Whether a claim stands in the expression by its name. */
  boolean speaksOf(String claim) {
    return Pattern.compile("\\bclaims\\.\\??" + claim + "\\b|[\"']" + claim + "[\"']")
        .matcher(text)
        .find();
  }

  /**
   * The value.
   *
   * @throws CelFailure when it has none, or costs too much
   */
  Object evaluate(Object value, CelBudget budget) throws CelFailure {
    return program.evaluate(Map.of(variable, value), budget);
  }

  /** The value as texts: one, a list, or none for null and "". */
  Optional<List<String>> texts(Object value, CelBudget budget) throws CelFailure {
    Object result = evaluate(value, budget);
    if (result instanceof dev.cel.common.values.NullValue) {
      return Optional.of(List.of());
    }
    Collection<?> all = result instanceof Collection<?> list ? list : List.of(result);
    List<String> texts = new ArrayList<>();
    for (Object each : all) {
      if (!(each instanceof String text)) {
        return Optional.empty();
      }
      if (!text.isEmpty()) {
        texts.add(text);
      }
    }
    return Optional.of(texts);
  }
}
