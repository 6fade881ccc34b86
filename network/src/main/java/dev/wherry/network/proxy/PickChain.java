package dev.wherry.network.proxy;

import dev.wherry.network.nftables.Chain;
import dev.wherry.network.nftables.Chain.Rule;
import dev.wherry.network.nftables.Expression;
import dev.wherry.network.proxy.Maps.Entry;
import dev.wherry.network.proxy.Maps.Pool;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.rules.Matches;
import dev.wherry.network.rules.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A chain that picks one of so many endpoints. Services with the same number share it: which
 * Service it is, is in the packet's own destination.
 *
 * @param count of endpoints, at least 1
 * @param stickySeconds how long a client stays with its endpoint; 0 for not at all
 */
record PickChain(
    AddressFamily family, Entry entry, Pool pool, Sender sender, int count, int stickySeconds)
    implements OwnedChain {
  private static final long SECOND_MILLIS = 1000;

  /** Whose source address is hidden, so that answers come back through this node. */
  enum Sender {
    KEPT(""),
    FOREIGN_HIDDEN("-foreign"),
    HIDDEN("-masq");

    private final String word;

    Sender(String word) {
      this.word = word;
    }
  }

  @Override
  public String name() {
    return "pick-%s%s-%s-%d%s%s"
        .formatted(
            entry.word(),
            family.suffix(),
            pool.word(),
            count,
            sender.word,
            stickySeconds == 0 ? "" : "-sticky" + stickySeconds);
  }

  @Override
  public Chain chain(NodeFacts facts) {
    List<Rule> rules = new ArrayList<>();
    Optional<Cidr> pods = facts.pods(family);
    switch (sender) {
      case KEPT -> {}
      case HIDDEN -> rules.add(Rules.any().then(Matches.markForMasquerade()).rule());
      case FOREIGN_HIDDEN -> {
        Rules rule = Rules.of(family);
        pods.ifPresent(
            cidr -> rule.then(Matches.source(family, 0)).then(Matches.within(cidr, false)));
        rules.add(rule.then(Matches.markForMasquerade()).rule());
      }
    }
    if (stickySeconds == 0) {
      rules.add(spread());
    } else {
      rules.addAll(sticky());
    }
    return new Chain(name(), Optional.empty(), rules);
  }

  private Rule spread() {
    Rules rule = Rules.of(family);
    int port = 0;
    if (entry == Entry.ADDRESS) {
      rule.then(Matches.destination(family, 0));
      port = family.registers();
    }
    return rule.then(Matches.port(port))
        .then(
            new Expression.RandomNumber(port + 2, count, pool.offset()),
            new Expression.MapValue(Maps.endpoints(family, entry), 0, 0),
            translate(0))
        .rule();
  }

  private Expression translate(int endpoint) {
    return new Expression.TranslateDestination(
        family.family(), endpoint, endpoint + family.registers());
  }

  /**
   * Registers: client, destination, protocol, port, endpoint. A client that is known stays where it
   * is while the endpoint lives; else it is forgotten and learned anew.
   */
  private List<Rule> sticky() {
    int destination = family.registers();
    int protocol = 2 * family.registers();
    int endpoint = protocol + 2;
    int key = entry == Entry.ADDRESS ? destination : protocol;
    String affinity = Maps.affinity(family);
    long timeoutMillis = stickySeconds * SECOND_MILLIS;
    Expression learn =
        new Expression.Learn(affinity, Expression.Learning.UPDATE, 0, endpoint, timeoutMillis);
    Rule known =
        client()
            .then(
                new Expression.MapValue(affinity, 0, endpoint),
                new Expression.Member(Maps.live(family, entry, pool), key, false),
                learn,
                translate(endpoint))
            .rule();
    Rule forget =
        client()
            .then(
                new Expression.Load(endpoint, Matches.zeros(family.bytes())),
                new Expression.Load(endpoint + family.registers(), Matches.zeros(4)),
                new Expression.Learn(affinity, Expression.Learning.DELETE, 0, endpoint, 0))
            .rule();
    Rule pick =
        client()
            .then(
                new Expression.RandomNumber(endpoint, count, pool.offset()),
                new Expression.MapValue(Maps.endpoints(family, entry), key, endpoint),
                learn,
                translate(endpoint))
            .rule();
    return List.of(known, forget, pick);
  }

  private Rules client() {
    return Rules.of(family)
        .then(Matches.source(family, 0), Matches.destination(family, family.registers()))
        .then(Matches.port(2 * family.registers()));
  }
}
