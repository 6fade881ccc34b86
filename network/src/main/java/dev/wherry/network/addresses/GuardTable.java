package dev.wherry.network.addresses;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.Errno;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.nftables.Chain;
import dev.wherry.network.nftables.Chain.Hook;
import dev.wherry.network.nftables.Chain.Point;
import dev.wherry.network.nftables.Chain.Rule;
import dev.wherry.network.nftables.Element;
import dev.wherry.network.nftables.Expression;
import dev.wherry.network.nftables.Family;
import dev.wherry.network.nftables.Queries;
import dev.wherry.network.nftables.SetSpec;
import dev.wherry.network.nftables.Transaction;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Matches;
import dev.wherry.network.rules.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The table {@code inet wherry-addresses}: at an announced address only Services answer, none of
 * the host's own programs. New connections to it that no Service took are refused; pings pass. On
 * the netlink thread.
 */
final class GuardTable {
  static final String NAME = "wherry-addresses";

  private static final Family FAMILY = Family.INET;
  private static final int ATTEMPTS_MAX = 10;
  private static final int BEFORE_FILTERS = -80;
  private static final int TCP = 6;
  private static final int UDP = 17;

  private GuardTable() {}

  /** Guards these addresses and no others; without any there is no table. */
  static void write(NetlinkSocket socket, Set<Bytes> addresses) throws NetlinkException {
    for (int attempt = 1; ; attempt++) {
      try {
        replace(socket, addresses);
        return;
      } catch (NetlinkException e) {
        if (e.errno() != Errno.ERESTART || attempt == ATTEMPTS_MAX) {
          throw e;
        }
      }
    }
  }

  private static void replace(NetlinkSocket socket, Set<Bytes> addresses) throws NetlinkException {
    if (addresses.isEmpty()) {
      if (Queries.tables(socket, FAMILY).contains(NAME)) {
        begin(socket).deleteTable().commit();
      }
      return;
    }
    Transaction transaction = begin(socket);
    transaction.addTable().deleteTable().addTable();
    List<Rule> rules = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      transaction.addSet(SetSpec.set(set(family), List.of(family.type())));
      List<Element> members =
          addresses.stream()
              .filter(address -> address.length() == family.bytes())
              .map(Element::of)
              .toList();
      if (!members.isEmpty()) {
        transaction.addElements(set(family), members);
      }
      rules.add(refusal(family, TCP, new Expression.ResetConnection()));
      rules.add(refusal(family, UDP, new Expression.RejectPort()));
    }
    Chain chain = Chain.base("input", new Hook("filter", Point.INPUT, BEFORE_FILTERS), rules);
    transaction.addChain(chain);
    transaction.addRules(chain);
    transaction.commit();
  }

  private static Transaction begin(NetlinkSocket socket) throws NetlinkException {
    return new Transaction(socket, Queries.generation(socket), FAMILY, NAME);
  }

  private static String set(AddressFamily family) {
    return "mine" + family.suffix();
  }

  private static Rule refusal(AddressFamily family, int protocol, Expression verdict) {
    return Rules.of(family)
        .then(Matches.newConnection())
        .then(Matches.protocol(protocol))
        .then(Matches.destination(family, 0), new Expression.Member(set(family), 0, false), verdict)
        .rule();
  }
}
