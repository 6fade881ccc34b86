package dev.wherry.network.proxy;

import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.nftables.Chain;
import dev.wherry.network.nftables.Family;
import dev.wherry.network.nftables.Learned;
import dev.wherry.network.nftables.Queries;
import dev.wherry.network.nftables.SetSpec;
import dev.wherry.network.nftables.Transaction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Brings changes into the kernel's table; on the netlink thread. */
final class KernelTable {
  static final String NAME = "wherry";
  static final Family FAMILY = Family.INET;

  private KernelTable() {}

  /**
   * Makes the whole table in one step from whatever there is: packets see the old or the new.
   * Clients that stay with an endpoint go on staying with it.
   */
  static void replace(NetlinkSocket socket, NodeFacts facts, Changes whole)
      throws NetlinkException {
    int generation = Queries.generation(socket);
    Map<SetSpec, List<Learned>> learned = new LinkedHashMap<>();
    for (SetSpec set : Maps.all()) {
      if (set.kind() instanceof SetSpec.Kind.LearnedMap) {
        learned.put(set, Queries.learned(socket, FAMILY, NAME, set.name()));
      }
    }
    Transaction transaction = begin(socket, generation);
    transaction.addTable().deleteTable().addTable();
    Maps.all().forEach(transaction::addSet);
    learned.forEach(transaction::restore);
    List<Chain> base = BaseChains.all(facts);
    base.forEach(transaction::addChain);
    addElements(transaction, facts, whole);
    base.forEach(transaction::addRules);
    transaction.commit();
  }

  /**
   * Applies a difference.
   *
   * @param generation of the tables the difference was made for
   * @throws NetlinkException when the table is not as it is believed to be
   */
  static void change(NetlinkSocket socket, int generation, NodeFacts facts, Changes changes)
      throws NetlinkException {
    Transaction transaction = begin(socket, generation);
    addElements(transaction, facts, changes);
    changes.oldChains().forEach(chain -> transaction.deleteChain(chain.name()));
    transaction.commit();
  }

  private static Transaction begin(NetlinkSocket socket, int generation) {
    return new Transaction(socket, generation, FAMILY, NAME);
  }

  private static void addElements(Transaction transaction, NodeFacts facts, Changes changes) {
    List<Chain> chains = changes.newChains().stream().map(pick -> pick.chain(facts)).toList();
    chains.forEach(transaction::addChain);
    chains.forEach(transaction::addRules);
    changes.removed().forEach(transaction::deleteElements);
    changes.added().forEach(transaction::addElements);
  }

  /** Deletes the table; false when there is none. */
  static boolean remove(NetlinkSocket socket) throws NetlinkException {
    int generation = Queries.generation(socket);
    if (!Queries.tables(socket, FAMILY).contains(NAME)) {
      return false;
    }
    begin(socket, generation).deleteTable().commit();
    return true;
  }
}
