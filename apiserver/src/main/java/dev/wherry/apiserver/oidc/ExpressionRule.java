package dev.wherry.apiserver.oidc;

import dev.wherry.apiserver.cel.CelBudget;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.config.ConfigNode;
import java.util.Optional;

/**
 * What must be true of a token or of a user.
 *
 * @param message for the log only
 */
record ExpressionRule(Optional<ClaimExpression> expression, String message) {
  /** One about the user. */
  static ExpressionRule of(ConfigNode node) {
    return new ExpressionRule(
        ClaimExpression.of(node, "expression", ClaimExpression.USER), node.text("message"));
  }

  /** Why it does not hold; empty when it does. */
  Optional<String> fault(Object value, CelBudget budget) {
    try {
      boolean holds =
          expression.isPresent() && Boolean.TRUE.equals(expression.get().evaluate(value, budget));
      return holds
          ? Optional.empty()
          : Optional.of(message.isEmpty() ? "a validation rule does not hold" : message);
    } catch (CelFailure e) {
      return Optional.of("a validation rule fails: " + e.text());
    }
  }
}
