package dev.wherry.network.policy;

import dev.wherry.model.Bytes;
import dev.wherry.network.nftables.Chain;
import dev.wherry.network.nftables.Chain.Hook;
import dev.wherry.network.nftables.Chain.Point;
import dev.wherry.network.nftables.Chain.Rule;
import dev.wherry.network.nftables.Expression;
import dev.wherry.network.nftables.Verdict;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.rules.Matches;
import dev.wherry.network.rules.Rules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The two chains that forwarded packets pass: first what the sending pod may do, then what the
 * receiving one lets in. An accept ends its own chain only. What a node exchanges with its own pods
 * is not forwarded, and so never judged.
 */
final class BaseChains {
  /** Behind the translation of destinations, before that of sources. */
  private static final int EGRESS_PRIORITY = 0;

  private static final int INGRESS_PRIORITY = 1;

  private BaseChains() {}

  /** The addresses of this node's pods whose policies are in the table. */
  static String known(AddressFamily family) {
    return "known" + family.suffix();
  }

  /** Pods that reach themselves through a Service: pairs of one address twice. */
  static String itself(AddressFamily family) {
    return "itself" + family.suffix();
  }

  static Map<String, Chain> all(List<Cidr> ranges) {
    Map<String, Chain> chains = new LinkedHashMap<>();
    chains.put("egress", base(Direction.EGRESS, EGRESS_PRIORITY, ranges));
    chains.put("ingress", base(Direction.INGRESS, INGRESS_PRIORITY, ranges));
    return chains;
  }

  private static Chain base(Direction direction, int priority, List<Cidr> ranges) {
    List<Rule> rules = new ArrayList<>();
    rules.add(
        Rules.any()
            .then(Matches.establishedConnection())
            .then(new Expression.Decide(Verdict.ACCEPT))
            .rule());
    for (AddressFamily family : AddressFamily.values()) {
      rules.add(
          Rules.of(family)
              .then(
                  Matches.source(family, 0),
                  Matches.destination(family, family.registers()),
                  new Expression.Member(itself(family), 0, false),
                  new Expression.Decide(Verdict.ACCEPT))
              .rule());
    }
    for (Cidr range : ranges) {
      rules.add(unknown(direction, range));
    }
    for (AddressFamily family : AddressFamily.values()) {
      rules.add(
          Rules.of(family)
              .then(
                  direction.subject(family, 0),
                  new Expression.MapVerdict(direction.subjects(family), 0))
              .rule());
    }
    return Chain.base(direction.word(), new Hook("filter", Point.FORWARD, priority), rules);
  }

  /** A pod waits for its policies: its first packets come again, those of a secret would not. */
  private static Rule unknown(Direction direction, Cidr range) {
    AddressFamily family = range.family();
    Bytes flip = Matches.zeros(range.address().length());
    return Rules.of(family)
        .then(
            direction.subject(family, 0),
            new Expression.Bitwise(0, family.registers(), range.mask(), flip),
            new Expression.Compare(family.registers(), true, range.address()),
            new Expression.Member(known(family), 0, true),
            new Expression.Decide(Verdict.DROP))
        .rule();
  }
}
