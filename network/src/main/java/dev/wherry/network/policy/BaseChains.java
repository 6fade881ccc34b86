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
 * is not forwarded: policies of namespaces have no say in it, those of the cluster have one where a
 * pod asks an address of its node itself.
 */
final class BaseChains {
  /** Behind the translation of destinations, before that of sources. */
  private static final int EGRESS_PRIORITY = 0;

  private static final int INGRESS_PRIORITY = 1;

  /** The chain of what pods send to their own node. */
  static final String OWN_NODE = "own-node";

  private BaseChains() {}

  /** The addresses of this node's pods whose policies are in the table. */
  static String known(AddressFamily family) {
    return "known" + family.suffix();
  }

  /** The map from a pod's address to what judges it on the way to its own node. */
  static String towardsNode(AddressFamily family) {
    return OWN_NODE + family.suffix();
  }

  /** Pods that reach themselves through a Service: pairs of one address twice. */
  static String itself(AddressFamily family) {
    return "itself" + family.suffix();
  }

  /**
   * The chains.
   *
   * @param ofCluster whether policies of the cluster judge
   */
  static Map<String, Chain> all(List<Cidr> ranges, boolean ofCluster) {
    Map<String, Chain> chains = new LinkedHashMap<>();
    chains.put("egress", base(Direction.EGRESS, EGRESS_PRIORITY, ranges));
    chains.put("ingress", base(Direction.INGRESS, INGRESS_PRIORITY, ranges));
    if (ofCluster) {
      chains.put(OWN_NODE, ownNode());
    }
    return chains;
  }

  /** Who asks a Service, that of the names too, is led here, and means no node. */
  private static Chain ownNode() {
    List<Rule> rules = new ArrayList<>();
    for (List<Expression> passed : List.of(Matches.establishedConnection(), Matches.translated())) {
      rules.add(Rules.any().then(passed).then(new Expression.Decide(Verdict.ACCEPT)).rule());
    }
    for (AddressFamily family : AddressFamily.values()) {
      rules.add(
          Rules.of(family)
              .then(
                  Direction.EGRESS.subject(family, 0),
                  new Expression.MapVerdict(towardsNode(family), 0))
              .rule());
    }
    return Chain.base(OWN_NODE, new Hook("filter", Point.INPUT, EGRESS_PRIORITY), rules);
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
