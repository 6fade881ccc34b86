package dev.wherry.apiserver.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.cel.CelBudget;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.config.ConfigNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where a part of a user comes from. */
sealed interface ClaimSource {
  /** A claim: a text, or a list of texts where several will do. */
  record Claim(String name, String prefix) implements ClaimSource {}

  /** An expression over {@code claims}. */
  record Expression(ClaimExpression expression) implements ClaimSource {}

  /** Nothing: the part stays empty. */
  record None() implements ClaimSource {}

  /**
   * Reads {@code claim}, {@code prefix} and {@code expression}.
   *
   * @param prefixed whether a claim must say its prefix, were it ""
   */
  static ClaimSource of(ConfigNode node, boolean prefixed) {
    if (prefixed) {
      node.only("claim", "prefix", "expression");
    } else {
      node.only("claim", "expression");
    }
    boolean byExpression = !node.text("expression").isEmpty();
    if (byExpression && (!node.text("claim").isEmpty() || node.has("prefix"))) {
      node.wrong("expression excludes claim and prefix");
    }
    if (byExpression) {
      return ClaimExpression.of(node, "expression", ClaimExpression.CLAIMS)
          .<ClaimSource>map(Expression::new)
          .orElseGet(None::new);
    }
    if (node.text("claim").isEmpty()) {
      return new None();
    }
    if (prefixed && !node.has("prefix")) {
      node.wrong("prefix", "is required when claim is set. It can be set to an empty string");
    }
    return new Claim(node.text("claim"), node.text("prefix"));
  }

  /**
   * The texts that a token gives.
   *
   * @param value the claims as CEL sees them
   * @return empty when the claim is of another type
   * @throws CelFailure when the expression has no value
   */
  default Optional<List<String>> texts(JsonNode claims, Object value, CelBudget budget)
      throws CelFailure {
    return switch (this) {
      case None() -> Optional.of(List.of());
      case Expression(ClaimExpression expression) -> expression.texts(value, budget);
      case Claim(String name, String prefix) -> claim(claims.path(name), prefix);
    };
  }

  private static Optional<List<String>> claim(JsonNode claim, String prefix) {
    List<String> texts = new ArrayList<>();
    if (claim.isTextual()) {
      texts.add(prefix + claim.textValue());
    } else if (claim.isArray()) {
      for (JsonNode each : claim) {
        if (!each.isTextual()) {
          return Optional.empty();
        }
        texts.add(prefix + each.textValue());
      }
    } else if (!claim.isMissingNode() && !claim.isNull()) {
      return Optional.empty();
    }
    return Optional.of(texts);
  }

  default boolean speaksOf(String claim) {
    return this instanceof Expression(ClaimExpression expression) && expression.speaksOf(claim);
  }
}
