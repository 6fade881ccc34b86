package dev.wherry.network.proxy;

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

/**
 * Two rules per range of pods in the chain FORWARD of the table that iptables keeps: Docker sets
 * that chain's policy to DROP, and no other table can take a drop back. They look as if iptables
 * had written them, carry a comment that says whose they are, and go where the chain is only.
 */
final class ForwardPass {
  static final String TABLE = "filter";
  static final String CHAIN = "FORWARD";

  private static final String COMMENT = "wherry: ";

  private ForwardPass() {}

  /** Brings the rules about; false when nothing was to do. On the netlink thread. */
  static boolean ensure(NetlinkSocket socket, NodeFacts facts) throws NetlinkException {
    boolean changed = false;
    for (AddressFamily family : AddressFamily.values()) {
      Map<String, Rule> wanted = new LinkedHashMap<>();
      facts
          .known(family)
          .forEach(pods -> {
            wanted.put(COMMENT + "from pods " + pods, rule(pods, family.sourceOffset()));
            wanted.put(COMMENT + "to pods " + pods, rule(pods, family.destinationOffset()));
          });
      changed |= replace(socket, family.family(), wanted);
    }
    return changed;
  }

  /** Takes the rules away. */
  static boolean remove(NetlinkSocket socket) throws NetlinkException {
    return ensure(socket, new NodeFacts("", List.of(), false));
  }

  private static boolean replace(NetlinkSocket socket, Family family, Map<String, Rule> wanted)
      throws NetlinkException {
    int generation = Queries.generation(socket);
    if (!Queries.chains(socket, family, TABLE).contains(CHAIN)) {
      return false;
    }
    List<FoundRule> ours = new ArrayList<>(Queries.rules(socket, family, TABLE, CHAIN));
    ours.removeIf(rule -> !rule.comment().startsWith(COMMENT));
    List<String> present = ours.stream().map(FoundRule::comment).sorted().toList();
    if (present.equals(wanted.keySet().stream().sorted().toList())) {
      return false;
    }
    Transaction transaction = new Transaction(socket, generation, family, TABLE);
    ours.forEach(rule -> transaction.deleteRule(CHAIN, rule.handle()));
    wanted.forEach((comment, rule) -> transaction.insertRule(CHAIN, rule, comment));
    transaction.commit();
    return true;
  }

  private static Rule rule(Cidr pods, int offset) {
    List<Expression> rule = new ArrayList<>();
    rule.add(new Expression.Payload(0, Header.NETWORK, offset, pods.address().length()));
    rule.addAll(Matches.within(pods, true));
    rule.add(new Expression.Counter());
    rule.add(new Expression.Decide(Verdict.ACCEPT));
    return new Rule(rule);
  }
}
