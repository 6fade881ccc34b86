package dev.wherry.network.proxy;

import dev.wherry.network.netlink.Errno;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.nftables.Chain.Rule;
import dev.wherry.network.nftables.Expression;
import dev.wherry.network.nftables.Expression.Header;
import dev.wherry.network.nftables.Family;
import dev.wherry.network.nftables.Queries;
import dev.wherry.network.nftables.Queries.FoundRule;
import dev.wherry.network.nftables.Transaction;
import dev.wherry.network.nftables.Verdict;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.rules.Matches;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rules for pods at the head of chains of others that drop what is not theirs, for no other table
 * can take a drop back: FORWARD and INPUT of the table that iptables keeps (Docker and ufw set
 * their policies to DROP), and firewalld's filter_FORWARD, which rejects. In FORWARD all that pods
 * send and get passes; in INPUT what pods send to a Service that the node itself answers, such as
 * DNS. The rules look as if the chain's owner had written them, carry a comment that says whose
 * they are, and go where the chain is only.
 */
final class ForwardPass {
  private static final String IPTABLES = "filter";
  private static final String FORWARD = "FORWARD";
  private static final String INPUT = "INPUT";
  private static final Place FIREWALLD = new Place(Family.INET, "firewalld", "filter_FORWARD");
  private static final String COMMENT = "wherry: ";

  private ForwardPass() {}

  /** A chain of others. */
  private record Place(Family family, String table, String chain) {}

  /** What became of them: whether one was written, and refusals in words. */
  record Outcome(boolean changed, List<String> refused) {}

  /** Whether a notification may be of one of those chains. */
  static boolean concerns(Queries.Notice notice) {
    return notice.table().equals(IPTABLES)
        ? Set.of("", FORWARD, INPUT).contains(notice.chain())
        : notice.table().equals(FIREWALLD.table)
            && Set.of("", FIREWALLD.chain).contains(notice.chain());
  }

  /** Brings the rules about. On the netlink thread. */
  static Outcome ensure(NetlinkSocket socket, NodeFacts facts) throws NetlinkException {
    boolean changed = false;
    List<String> refused = new ArrayList<>();
    Map<Place, Map<String, Rule>> all = new LinkedHashMap<>();
    Map<String, Rule> ofBoth = new LinkedHashMap<>();
    for (AddressFamily family : AddressFamily.values()) {
      Map<String, Rule> forwarded = new LinkedHashMap<>();
      Map<String, Rule> taken = new LinkedHashMap<>();
      for (Cidr pods : facts.known(family)) {
        put(forwarded, "from pods " + pods, List.of(), source(pods), List.of());
        put(forwarded, "to pods " + pods, List.of(), destination(pods), List.of());
        List<Expression> only = Matches.family(family);
        put(ofBoth, "from pods " + pods, only, source(pods), List.of());
        put(ofBoth, "to pods " + pods, only, destination(pods), List.of());
      }
      facts
          .pods(family)
          .ifPresent(pods ->
              put(
                  taken,
                  "by Service from pods " + pods,
                  List.of(),
                  source(pods),
                  List.of(TranslatedMatch.DESTINATION)));
      all.put(new Place(family.family(), IPTABLES, FORWARD), forwarded);
      all.put(new Place(family.family(), IPTABLES, INPUT), taken);
    }
    all.put(FIREWALLD, ofBoth);
    for (Map.Entry<Place, Map<String, Rule>> each : all.entrySet()) {
      try {
        changed |= replace(socket, each.getKey(), each.getValue());
      } catch (NetlinkException e) {
        if (e.errno() == Errno.ERESTART) {
          throw e;
        }
        Place place = each.getKey();
        refused.add(
            "%s %s %s: %s"
                .formatted(place.family.keyword(), place.table, place.chain, e.getMessage()));
      }
    }
    return new Outcome(changed, refused);
  }

  /** Takes the rules away. */
  static boolean remove(NetlinkSocket socket) throws NetlinkException {
    return ensure(socket, new NodeFacts("", List.of(), false)).changed();
  }

  private static boolean replace(NetlinkSocket socket, Place place, Map<String, Rule> wanted)
      throws NetlinkException {
    int generation = Queries.generation(socket);
    if (!Queries.chains(socket, place.family, place.table).contains(place.chain)) {
      return false;
    }
    List<FoundRule> ours =
        new ArrayList<>(Queries.rules(socket, place.family, place.table, place.chain));
    ours.removeIf(rule -> !rule.comment().startsWith(COMMENT));
    List<String> present = ours.stream().map(FoundRule::comment).sorted().toList();
    if (present.equals(wanted.keySet().stream().sorted().toList())) {
      return false;
    }
    Transaction transaction = new Transaction(socket, generation, place.family, place.table);
    ours.forEach(rule -> transaction.deleteRule(place.chain, rule.handle()));
    wanted.forEach((comment, rule) -> transaction.insertRule(place.chain, rule, comment));
    transaction.commit();
    return true;
  }

  private static void put(
      Map<String, Rule> rules,
      String what,
      List<Expression> first,
      List<Expression> range,
      List<Expression> then) {
    List<Expression> rule = new ArrayList<>(first);
    rule.addAll(range);
    rule.addAll(then);
    rule.add(new Expression.Counter());
    rule.add(new Expression.Decide(Verdict.ACCEPT));
    rules.put(COMMENT + what, new Rule(rule));
  }

  private static List<Expression> source(Cidr pods) {
    return within(pods, pods.family().sourceOffset());
  }

  private static List<Expression> destination(Cidr pods) {
    return within(pods, pods.family().destinationOffset());
  }

  private static List<Expression> within(Cidr pods, int offset) {
    List<Expression> range = new ArrayList<>();
    range.add(new Expression.Payload(0, Header.NETWORK, offset, pods.address().length()));
    range.addAll(Matches.within(pods, true));
    return range;
  }
}
