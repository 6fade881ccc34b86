package dev.wherry.network.proxy;

import dev.wherry.network.nftables.Chain.Rule;
import dev.wherry.network.nftables.Expression;
import java.util.ArrayList;
import java.util.List;

/** Puts a rule together from pieces. */
final class Rules {
  private final List<Expression> expressions = new ArrayList<>();

  private Rules() {}

  static Rules of(AddressFamily family) {
    return new Rules().then(Matches.family(family));
  }

  static Rules any() {
    return new Rules();
  }

  Rules then(List<Expression> pieces) {
    expressions.addAll(pieces);
    return this;
  }

  Rules then(Expression... pieces) {
    return then(List.of(pieces));
  }

  Rule rule() {
    return new Rule(expressions);
  }
}
