package dev.wherry.network.addresses;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.Errno;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.nftables.Chain;
import dev.wherry.network.nftables.Chain.Hook;
import dev.wherry.network.nftables.Chain.Point;
import dev.wherry.network.nftables.Chain.Rule;
import dev.wherry.network.nftables.DataType;
import dev.wherry.network.nftables.Element;
import dev.wherry.network.nftables.Expression;
import dev.wherry.network.nftables.Family;
import dev.wherry.network.nftables.Queries;
import dev.wherry.network.nftables.SetSpec;
import dev.wherry.network.nftables.Transaction;
import dev.wherry.network.nftables.Verdict;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Matches;
import dev.wherry.network.rules.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The table {@code inet wherry-addresses}: at an announced address only Services answer, none of
 * the host's own programs. New connections to it that no Service took are refused, but at the
 * addresses of Gateways those to the ingress' ports; pings pass. On the netlink thread.
 */
final class GuardTable {
  static final String NAME = "wherry-addresses";

  private static final Family FAMILY = Family.INET;
  private static final int ATTEMPTS_MAX = 10;
  private static final int BEFORE_FILTERS = -80;
  private static final int TCP = 6;
  private static final int UDP = 17;

  private static final String PORTS = "ingress-ports";

  private GuardTable() {}

  /**
   * What is guarded.
   *
   * @param addresses all
   * @param ingress those of them where the ingress answers
   * @param ports that the ingress has open
   */
  record Guarded(Set<Bytes> addresses, Set<Bytes> ingress, Set<Integer> ports) {
    static final Guarded NOTHING = new Guarded(Set.of(), Set.of(), Set.of());

    Guarded {
      addresses = Set.copyOf(addresses);
      ingress = Set.copyOf(ingress);
      ports = Set.copyOf(ports);
    }
  }

  /** Guards these addresses and no others; without any there is no table. */
  static void write(NetlinkSocket socket, Guarded addresses) throws NetlinkException {
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

  private static void replace(NetlinkSocket socket, Guarded guarded) throws NetlinkException {
    if (guarded.addresses().isEmpty()) {
      if (Queries.tables(socket, FAMILY).contains(NAME)) {
        begin(socket).deleteTable().commit();
      }
      return;
    }
    Transaction transaction = begin(socket);
    transaction.addTable().deleteTable().addTable();
    List<Rule> rules = new ArrayList<>();
    addSet(transaction, PORTS, DataType.PORT, guarded.ports().stream().map(GuardTable::port));
    for (AddressFamily family : AddressFamily.values()) {
      addSet(transaction, set(family), family.type(), of(family, guarded.addresses()));
      addSet(transaction, ingress(family), family.type(), of(family, guarded.ingress()));
      rules.add(admission(family));
      rules.add(refusal(family, TCP, new Expression.ResetConnection()));
      rules.add(refusal(family, UDP, new Expression.RejectPort()));
    }
    Chain chain = Chain.base("input", new Hook("filter", Point.INPUT, BEFORE_FILTERS), rules);
    transaction.addChain(chain);
    transaction.addRules(chain);
    transaction.commit();
  }

  private static void addSet(
      Transaction transaction, String name, DataType type, Stream<Bytes> members) {
    transaction.addSet(SetSpec.set(name, List.of(type)));
    List<Element> elements = members.map(Element::of).toList();
    if (!elements.isEmpty()) {
      transaction.addElements(name, elements);
    }
  }

  private static Stream<Bytes> of(AddressFamily family, Set<Bytes> addresses) {
    return addresses.stream().filter(address -> address.length() == family.bytes());
  }

  private static Bytes port(int number) {
    return Bytes.copyOf(new byte[] {(byte) (number >> 8), (byte) number});
  }

  private static String ingress(AddressFamily family) {
    return "ingress" + family.suffix();
  }

  private static Rule admission(AddressFamily family) {
    return Rules.of(family)
        .then(Matches.protocol(TCP))
        .then(Matches.destination(family, 0), new Expression.Member(ingress(family), 0, false))
        .then(Matches.port(0))
        .then(new Expression.Member(PORTS, 1, false), new Expression.Decide(Verdict.ACCEPT))
        .rule();
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
