package dev.wherry.network.rules;

import dev.wherry.network.nftables.Chain.Rule;
import dev.wherry.network.nftables.Expression;
import java.util.ArrayList;
import java.util.List;

/** Puts a rule together from pieces. */
public final class Rules {
  private final List<Expression> expressions = new ArrayList<>();

  private Rules() {}

  public static Rules of(AddressFamily family) {
    return new Rules().then(Matches.family(family));
  }

  public static Rules any() {
    return new Rules();
  }

  public Rules then(List<Expression> pieces) {
    expressions.addAll(pieces);
    return this;
  }

  public Rules then(Expression... pieces) {
    return then(List.of(pieces));
  }

  public Rule rule() {
    return new Rule(expressions);
  }
}
