package dev.wherry.network.proxy;

import dev.wherry.network.nftables.Chain;
import dev.wherry.network.nftables.Chain.Hook;
import dev.wherry.network.nftables.Chain.Point;
import dev.wherry.network.nftables.Chain.Rule;
import dev.wherry.network.nftables.Expression;
import dev.wherry.network.nftables.Verdict;
import dev.wherry.network.proxy.Maps.Entry;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.rules.Matches;
import dev.wherry.network.rules.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The chains that are there whatever Services exist. Destinations are translated where packets
 * enter or start; what was not translated though a Service has the address is refused behind that.
 */
final class BaseChains {
  static final String REFUSE = "refuse";

  private static final String SERVICES = "services";
  private static final String ABSENT = "absent";
  private static final int DESTINATION_PRIORITY = -100;
  private static final int TCP = 6;
  private static final int GUARD_PRIORITY = -110;
  private static final int SOURCE_PRIORITY = 100;
  private static final int BEHIND_DESTINATION_PRIORITY = -90;
  private static final Cidr LOOPBACK = Cidr.parse("127.0.0.0/8");
  private static final Cidr LOOPBACK6 = Cidr.parse("::1/128");
  private static final Cidr MULTICAST = Cidr.parse("224.0.0.0/4");
  private static final Cidr MULTICAST6 = Cidr.parse("ff00::/8");

  private BaseChains() {}

  static List<Chain> all(NodeFacts facts) {
    List<Chain> chains = new ArrayList<>();
    chains.add(refuse());
    chains.add(new Chain(SERVICES, Optional.empty(), services(facts)));
    chains.add(new Chain(ABSENT, Optional.empty(), absent()));
    chains.add(
        Chain.base("guards", new Hook("filter", Point.PREROUTING, GUARD_PRIORITY), guards()));
    Rule translate = Rule.of(new Expression.Decide(Verdict.jump(SERVICES)));
    chains.add(base("prerouting", "nat", Point.PREROUTING, DESTINATION_PRIORITY, translate));
    chains.add(base("output", "nat", Point.OUTPUT, DESTINATION_PRIORITY, translate));
    for (AddressFamily family : AddressFamily.values()) {
      chains.add(new Chain(leaving(family), Optional.empty(), leaving(family, facts)));
    }
    chains.add(
        Chain.base(
            "postrouting",
            new Hook("nat", Point.POSTROUTING, SOURCE_PRIORITY),
            postrouting(facts)));
    Rule check =
        Rules.any()
            .then(Matches.newConnection())
            .then(new Expression.Decide(Verdict.jump(ABSENT)))
            .rule();
    for (Point point : List.of(Point.INPUT, Point.FORWARD, Point.OUTPUT)) {
      String name = "filter-" + point.name().toLowerCase(Locale.ROOT);
      chains.add(base(name, "filter", point, BEHIND_DESTINATION_PRIORITY, check));
    }
    return chains;
  }

  /**
   * A reset refuses TCP at once. An ICMP message would be rate limited, and one from this host to
   * itself finds the socket locked inside connect and is only heard at the next try.
   */
  private static Chain refuse() {
    return Chain.of(
        REFUSE,
        Rules.any().then(Matches.protocol(TCP)).then(new Expression.ResetConnection()).rule(),
        Rule.of(new Expression.RejectPort()));
  }

  private static Chain base(String name, String type, Point point, int priority, Rule rule) {
    return Chain.base(name, new Hook(type, point, priority), List.of(rule));
  }

  private static List<Rule> services(NodeFacts facts) {
    List<Rule> rules = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      rules.add(address(outside(family, facts), family, Maps.outside(family, Entry.ADDRESS)));
      rules.add(address(Rules.of(family), family, Maps.dispatch(family, Entry.ADDRESS)));
      rules.add(nodePort(outside(family, facts), family, Maps.outside(family, Entry.NODE_PORT)));
      rules.add(nodePort(Rules.of(family), family, Maps.dispatch(family, Entry.NODE_PORT)));
    }
    return rules;
  }

  /**
   * Looked at before any translation, while the destination is still the one that was asked for.
   */
  private static List<Rule> guards() {
    List<Rule> rules = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      rules.add(address(fresh(family), family, Maps.guard(family, Entry.ADDRESS)));
      rules.add(nodePort(fresh(family), family, Maps.guard(family, Entry.NODE_PORT)));
    }
    return rules;
  }

  private static Rules fresh(AddressFamily family) {
    return Rules.of(family).then(Matches.newConnection());
  }

  private static List<Rule> absent() {
    List<Rule> rules = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      rules.add(address(Rules.of(family), family, Maps.absent(family, Entry.ADDRESS)));
      rules.add(
          Rules.of(family)
              .then(
                  Matches.destination(family, 0),
                  new Expression.Member(Maps.addresses(family), 0, false),
                  new Expression.Decide(Verdict.go(REFUSE)))
              .rule());
      rules.add(nodePort(Rules.of(family), family, Maps.absent(family, Entry.NODE_PORT)));
    }
    return rules;
  }

  /** Senders that are neither this host nor its pods. */
  private static Rules outside(AddressFamily family, NodeFacts facts) {
    Rules rule = Rules.of(family);
    facts
        .pods(family)
        .ifPresent(cidr -> rule.then(Matches.source(family, 0)).then(Matches.within(cidr, false)));
    return rule.then(Matches.hostAddress(true, false));
  }

  private static Rule address(Rules rule, AddressFamily family, String map) {
    return rule.then(Matches.destination(family, 0))
        .then(Matches.port(family.registers()))
        .then(new Expression.MapVerdict(map, 0))
        .rule();
  }

  /** Node ports answer on the host's addresses, never on its loopback ones. */
  private static Rule nodePort(Rules rule, AddressFamily family, String map) {
    return rule.then(Matches.destination(family, 0))
        .then(Matches.within(family == AddressFamily.V4 ? LOOPBACK : LOOPBACK6, false))
        .then(Matches.hostAddress(false, true))
        .then(Matches.port(0))
        .then(new Expression.MapVerdict(map, 0))
        .rule();
  }

  private static List<Rule> postrouting(NodeFacts facts) {
    List<Rule> rules = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      rules.add(
          Rules.of(family)
              .then(Matches.translated())
              .then(
                  Matches.source(family, 0),
                  Matches.destination(family, family.registers()),
                  new Expression.Member(Maps.hairpin(family), 0, false),
                  new Expression.Masquerade())
              .rule());
    }
    if (!facts.bridgeFiltered()) {
      // Answers between two ports of a bridge would not pass here and so not be translated back.
      for (Cidr pods : facts.podCidrs()) {
        rules.add(
            Rules.of(pods.family())
                .then(Matches.translated())
                .then(Matches.source(pods.family(), 0))
                .then(Matches.within(pods, true))
                .then(Matches.destination(pods.family(), 0))
                .then(Matches.within(pods, true))
                .then(new Expression.Masquerade())
                .rule());
      }
    }
    rules.add(
        Rules.any()
            .then(Matches.marked())
            .then(Matches.unmark())
            .then(new Expression.Masquerade())
            .rule());
    for (AddressFamily family : AddressFamily.values()) {
      Expression leave = new Expression.Decide(Verdict.jump(leaving(family)));
      rules.add(Rules.of(family).then(leave).rule());
    }
    return rules;
  }

  private static String leaving(AddressFamily family) {
    return "leaving" + family.suffix();
  }

  /** Pods keep their address towards pods, on whichever node; the world sees the node's. */
  private static List<Rule> leaving(AddressFamily family, NodeFacts facts) {
    List<Cidr> pods =
        facts.clusterPods().stream().filter(range -> range.family() == family).toList();
    List<Rule> rules = new ArrayList<>();
    if (pods.isEmpty()) {
      return rules;
    }
    List<Cidr> kept = new ArrayList<>(pods);
    kept.add(family == AddressFamily.V4 ? MULTICAST : MULTICAST6);
    for (Cidr range : kept) {
      rules.add(
          Rules.of(family)
              .then(Matches.destination(family, 0))
              .then(Matches.within(range, true))
              .then(new Expression.Decide(Verdict.RETURN))
              .rule());
    }
    for (Cidr range : pods) {
      rules.add(
          Rules.of(family)
              .then(Matches.source(family, 0))
              .then(Matches.within(range, true))
              .then(new Expression.Masquerade())
              .rule());
    }
    return rules;
  }
}
