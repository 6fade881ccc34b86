package dev.wherry.network.policy;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.Errno;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.nftables.Element;
import dev.wherry.network.nftables.Family;
import dev.wherry.network.nftables.Queries;
import dev.wherry.network.nftables.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Brings tables into the kernel; on the netlink thread. */
final class PolicyKernel {
  static final String NAME = "wherry-policy";
  static final Family FAMILY = Family.INET;

  private static final int ATTEMPTS_MAX = 10;

  private PolicyKernel() {}

  /** Makes the whole table in one step from whatever there is: packets see the old or the new. */
  static void replace(NetlinkSocket socket, PolicyTable table) throws NetlinkException {
    if (table.isEmpty()) {
      boolean _ = remove(socket);
      return;
    }
    Transaction transaction = begin(socket);
    transaction.addTable().deleteTable().addTable();
    table.sets().values().forEach(transaction::addSet);
    table.chains().values().forEach(transaction::addChain);
    table.base().values().forEach(transaction::addChain);
    table.chains().values().forEach(transaction::addRules);
    table.elements().forEach((set, all) -> transaction.addElements(set, all.values()));
    table.base().values().forEach(transaction::addRules);
    transaction.commit();
  }

  /**
   * Makes one table of another, again while others change their tables at the same time.
   *
   * @param before what the kernel has; the empty one where nobody knows
   */
  static void bring(NetlinkSocket socket, PolicyTable before, PolicyTable after)
      throws NetlinkException {
    for (int attempt = 1; ; attempt++) {
      try {
        change(socket, before, after);
        return;
      } catch (NetlinkException e) {
        if (e.errno() != Errno.ERESTART || attempt == ATTEMPTS_MAX) {
          throw e;
        }
      }
    }
  }

  /**
   * Makes one table of another, by what differs.
   *
   * @throws NetlinkException when the kernel's is not the one that is believed to be there
   */
  static void change(NetlinkSocket socket, PolicyTable before, PolicyTable after)
      throws NetlinkException {
    if (before.isEmpty() || !before.base().equals(after.base())) {
      replace(socket, after);
      return;
    }
    Transaction transaction = begin(socket);
    missing(after.sets(), before.sets()).forEach(transaction::addSet);
    var fresh = missing(after.chains(), before.chains());
    fresh.forEach(transaction::addChain);
    fresh.forEach(transaction::addRules);
    for (String set : after.sets().keySet()) {
      elements(transaction, set, before.elements(set), after.elements(set));
    }
    List<String> old = new ArrayList<>(before.chains().keySet());
    old.removeAll(after.chains().keySet());
    old.reversed().forEach(transaction::deleteChain);
    before.sets().keySet().stream()
        .filter(set -> !after.sets().containsKey(set))
        .forEach(transaction::deleteSet);
    transaction.commit();
  }

  private static <T> List<T> missing(Map<String, T> wanted, Map<String, T> present) {
    return wanted.entrySet().stream()
        .filter(each -> !present.containsKey(each.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static void elements(
      Transaction transaction, String set, Map<Bytes, Element> before, Map<Bytes, Element> after) {
    List<Element> gone =
        before.values().stream().filter(e -> !e.equals(after.get(e.key()))).toList();
    List<Element> come =
        after.values().stream().filter(e -> !e.equals(before.get(e.key()))).toList();
    if (!gone.isEmpty()) {
      transaction.deleteElements(set, gone);
    }
    if (!come.isEmpty()) {
      transaction.addElements(set, come);
    }
  }

  private static Transaction begin(NetlinkSocket socket) throws NetlinkException {
    return new Transaction(socket, Queries.generation(socket), FAMILY, NAME);
  }

  /** Deletes the table; false when there is none. */
  static boolean remove(NetlinkSocket socket) throws NetlinkException {
    if (!Queries.tables(socket, FAMILY).contains(NAME)) {
      return false;
    }
    begin(socket).deleteTable().commit();
    return true;
  }
}
