package dev.wherry.controllers.ipam;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.BitSet;
import java.util.Optional;

/**
 * Cuts node ranges out of the cluster's pod range. Pure arithmetic over IPv4.
 *
 * @param base the first address as an unsigned number
 * @param clusterBits prefix length of the whole
 * @param nodeBits prefix length of a node's part
 */
record NodeRanges(long base, int clusterBits, int nodeBits) {
  /**
   * @throws IllegalArgumentException when the text is no IPv4 range or too small to be cut
   */
  static NodeRanges of(String cidr, int nodeBits) {
    String[] parts = cidr.split("/", 2);
    int bits = parts.length == 2 ? Integer.parseInt(parts[1]) : -1;
    if (bits < 0 || bits > nodeBits || nodeBits > 30 || nodeBits - bits > 16) {
      throw new IllegalArgumentException(
          "pod range " + cidr + " cannot be cut into /" + nodeBits + " parts");
    }
    return new NodeRanges(address(parts[0]) & mask(bits), bits, nodeBits);
  }

  private static long mask(int bits) {
    return bits == 0 ? 0 : 0xffff_ffffL << (32 - bits) & 0xffff_ffffL;
  }

  private static long address(String text) {
    InetAddress address = InetAddress.ofLiteral(text);
    if (!(address instanceof Inet4Address)) {
      throw new IllegalArgumentException("not an IPv4 address: " + text);
    }
    long number = 0;
    for (byte b : address.getAddress()) {
      number = number << 8 | b & 0xff;
    }
    return number;
  }

  int count() {
    return 1 << (nodeBits - clusterBits);
  }

  String range(int index) {
    long a = base + ((long) index << (32 - nodeBits));
    return (a >> 24)
        + "."
        + (a >> 16 & 255)
        + "."
        + (a >> 8 & 255)
        + "."
        + (a & 255)
        + "/"
        + nodeBits;
  }

  /** Marks every part that a range overlaps; ranges from elsewhere mark nothing. */
  void mark(String cidr, BitSet used) {
    String[] parts = cidr.split("/", 2);
    if (parts.length != 2 || parts[0].contains(":")) {
      return;
    }
    int bits = Integer.parseInt(parts[1]);
    long first = address(parts[0]) & mask(bits);
    long last = first | ~mask(bits) & 0xffff_ffffL;
    long low = Math.max(0, (first - base) >> (32 - nodeBits));
    long high = Math.min(count() - 1L, (last - base) >> (32 - nodeBits));
    if (last >= base && low <= high) {
      used.set((int) low, (int) high + 1);
    }
  }

  /**
   * The next free part, searched from {@code from} on and then around: a range just given back is
   * not reused at once, while traces of its pods may still be about.
   */
  Optional<Integer> free(BitSet used, int from) {
    int next = used.nextClearBit(from);
    if (next < count()) {
      return Optional.of(next);
    }
    next = used.nextClearBit(0);
    return next < from ? Optional.of(next) : Optional.empty();
  }
}
