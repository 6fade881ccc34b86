package dev.wherry.network.proxy;

import static dev.wherry.network.nftables.DataType.MARK;
import static dev.wherry.network.nftables.DataType.PORT;
import static dev.wherry.network.nftables.DataType.PROTOCOL;

import dev.wherry.model.Bytes;
import dev.wherry.network.nftables.DataType;
import dev.wherry.network.nftables.SetSpec;
import dev.wherry.network.rules.AddressFamily;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The names and keys of the table's maps. All Services share them: one that comes or goes is a few
 * elements, whatever the number of the others.
 */
final class Maps {
  /** How a destination is recognised: by its address, or by a port of any of the host's own. */
  enum Entry {
    ADDRESS("vip"),
    NODE_PORT("port");

    private final String word;

    Entry(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  /** Which endpoints are meant: all of the cluster, or those of this node. */
  enum Pool {
    ALL("all", 0),
    LOCAL("local", 1 << 16);

    private final String word;
    private final int offset;

    Pool(String word, int offset) {
      this.word = word;
      this.offset = offset;
    }

    String word() {
      return word;
    }

    /** The index of the first endpoint of this pool. */
    int offset() {
      return offset;
    }
  }

  /**
   * A Service's destination.
   *
   * @param address none for node ports
   * @param protocol its IP number
   */
  record Target(AddressFamily family, Entry entry, Bytes address, int protocol, int port) {
    Bytes key() {
      return Bytes.copyOf(buffer(0).array());
    }

    Bytes key(int index) {
      ByteBuffer key = buffer(MARK.slotBytes());
      return Bytes.copyOf(
          key.order(ByteOrder.nativeOrder()).putInt(key.capacity() - 4, index).array());
    }

    Bytes key(Bytes endpoint) {
      ByteBuffer key = buffer(endpoint.length());
      return Bytes.copyOf(key.put(key.capacity() - endpoint.length(), endpoint.toArray()).array());
    }

    private ByteBuffer buffer(int more) {
      ByteBuffer key = ByteBuffer.allocate(address.length() + 8 + more);
      return key.put(address.toArray())
          .put(address.length(), (byte) protocol)
          .putShort(address.length() + 4, (short) port);
    }
  }

  private Maps() {}

  /** An endpoint as the maps hold it: address, port, padding. */
  static Bytes endpoint(byte[] address, int port) {
    return Bytes.copyOf(
        ByteBuffer.allocate(address.length + 4).put(address).putShort((short) port).array());
  }

  /** Where a destination's first packets go on, whoever sends them. */
  static String dispatch(AddressFamily family, Entry entry) {
    return name("dispatch", family, entry);
  }

  /** The same for senders outside this node, asked before; only for the policy Local. */
  static String outside(AddressFamily family, Entry entry) {
    return name("outside", family, entry);
  }

  /** Destinations that only some ranges may send to. */
  static String guard(AddressFamily family, Entry entry) {
    return name("guard", family, entry);
  }

  /** Destinations without endpoints. */
  static String absent(AddressFamily family, Entry entry) {
    return name("absent", family, entry);
  }

  /** From destination and index to endpoint. */
  static String endpoints(AddressFamily family, Entry entry) {
    return name("endpoints", family, entry);
  }

  /** Endpoints that clients of a sticky Service may stay with. */
  static String live(AddressFamily family, Entry entry, Pool pool) {
    return name("live-" + pool.word(), family, entry);
  }

  private static String name(String what, AddressFamily family, Entry entry) {
    return entry.word() + "-" + what + family.suffix();
  }

  /** From client and destination to the endpoint it stays with. */
  static String affinity(AddressFamily family) {
    return "affinity" + family.suffix();
  }

  /** Endpoints that can meet themselves: pairs of one address twice. */
  static String hairpin(AddressFamily family) {
    return "hairpin" + family.suffix();
  }

  /** All cluster addresses, for ports that no Service has. */
  static String addresses(AddressFamily family) {
    return "cluster-addresses" + family.suffix();
  }

  /** All sets of the table. */
  static List<SetSpec> all() {
    List<SetSpec> sets = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      DataType address = family.type();
      List<DataType> endpoint = List.of(address, PORT);
      for (Entry entry : Entry.values()) {
        List<DataType> key = key(family, entry);
        sets.add(SetSpec.verdicts(dispatch(family, entry), key));
        sets.add(SetSpec.verdicts(outside(family, entry), key));
        sets.add(SetSpec.verdicts(absent(family, entry), key));
        sets.add(SetSpec.verdicts(guard(family, entry), key));
        sets.add(SetSpec.map(endpoints(family, entry), with(key, MARK), endpoint));
        for (Pool pool : Pool.values()) {
          sets.add(SetSpec.set(live(family, entry, pool), with(with(key, address), PORT)));
        }
      }
      List<DataType> client = List.of(address, address, PROTOCOL, PORT);
      sets.add(SetSpec.learned(affinity(family), client, endpoint));
      sets.add(SetSpec.set(hairpin(family), List.of(address, address)));
      sets.add(SetSpec.set(addresses(family), List.of(address)));
    }
    return sets;
  }

  private static List<DataType> key(AddressFamily family, Entry entry) {
    return switch (entry) {
      case ADDRESS -> List.of(family.type(), PROTOCOL, PORT);
      case NODE_PORT -> List.of(PROTOCOL, PORT);
    };
  }

  private static List<DataType> with(List<DataType> types, DataType last) {
    List<DataType> longer = new ArrayList<>(types);
    longer.add(last);
    return longer;
  }
}
