package dev.wherry.apiserver.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.cel.CelBudget;
import dev.wherry.apiserver.config.ConfigNode;
import java.util.Optional;

/** What must be true of a token. */
sealed interface ClaimRule {
  /** A text claim with one value. */
  record Required(String claim, String value) implements ClaimRule {}

  /** An expression over {@code claims}. */
  record Expression(ExpressionRule rule) implements ClaimRule {}

  static ClaimRule of(ConfigNode node) {
    node.only("claim", "requiredValue", "expression", "message");
    boolean byClaim = node.has("claim") || node.has("requiredValue");
    if (byClaim && (node.has("expression") || node.has("message"))) {
      node.wrong("claim and requiredValue exclude expression and message");
    }
    return byClaim
        ? new Required(node.required("claim"), node.text("requiredValue"))
        : new Expression(
            new ExpressionRule(
                ClaimExpression.of(node, "expression", ClaimExpression.CLAIMS),
                node.text("message")));
  }

  /**
   * Why it does not hold; empty when it does.
   *
   * @param value the claims as CEL sees them
   */
  default Optional<String> fault(JsonNode claims, Object value, CelBudget budget) {
    return switch (this) {
      case Required(String claim, String wanted) ->
          claims.path(claim).isTextual() && claims.path(claim).textValue().equals(wanted)
              ? Optional.empty()
              : Optional.of("the claim " + claim + " has not the required value");
      case Expression(ExpressionRule rule) -> rule.fault(value, budget);
    };
  }

  default boolean speaksOf(String claim) {
    return switch (this) {
      case Required(String required, String _) -> required.equals(claim);
      case Expression(ExpressionRule rule) ->
          rule.expression().filter(e -> e.speaksOf(claim)).isPresent();
    };
  }
}
