package dev.wherry.network.nftables;

import java.util.List;

/**
 * What a set's key or a map's value is made of. The numbers only tell nft how to print it; the
 * kernel knows lengths alone.
 */
public enum DataType {
  IPV4_ADDRESS(7, 4),
  IPV6_ADDRESS(8, 16),
  PROTOCOL(12, 1),
  PORT(13, 2),
  /** Four bytes in native order. */
  MARK(19, 4);

  private static final int REGISTER_BYTES = 4;
  private static final int TYPE_BITS = 6;

  private final int number;
  private final int bytes;

  DataType(int number, int bytes) {
    this.number = number;
    this.bytes = bytes;
  }

  /** How many bytes it takes beside others: whole registers. */
  public int slotBytes() {
    return (bytes + REGISTER_BYTES - 1) / REGISTER_BYTES * REGISTER_BYTES;
  }

  /** How many registers it takes. */
  public int registers() {
    return slotBytes() / REGISTER_BYTES;
  }

  static int length(List<DataType> types) {
    return types.size() == 1
        ? types.getFirst().bytes
        : types.stream().mapToInt(DataType::slotBytes).sum();
  }

  static int number(List<DataType> types) {
    return types.stream().mapToInt(t -> t.number).reduce(0, (all, t) -> all << TYPE_BITS | t);
  }
}
