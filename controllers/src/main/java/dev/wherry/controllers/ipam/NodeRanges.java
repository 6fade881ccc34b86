package dev.wherry.controllers.ipam;

import dev.wherry.machinery.address.AddressRange;
import java.math.BigInteger;
import java.util.BitSet;
import java.util.Optional;

/**
 * Cuts node ranges out of one of the cluster's ranges of pods. Pure.
 *
 * @param whole what is cut
 * @param nodeBits prefix length of the parts
 */
record NodeRanges(AddressRange whole, int nodeBits) {
  int count() {
    return 1 << (nodeBits - whole.prefixBits());
  }

  String range(int index) {
    return whole.part(nodeBits, index).toString();
  }

  /** Marks every part that a range overlaps; ranges from elsewhere mark nothing. */
  void mark(String cidr, BitSet used) {
    Optional<AddressRange> found = AddressRange.around(cidr);
    if (found.filter(range -> range.family() == whole.family()).isEmpty()) {
      return;
    }
    AddressRange range = found.get();
    BigInteger most = BigInteger.valueOf(count() - 1L);
    BigInteger first = range.place(whole, nodeBits).max(BigInteger.ZERO);
    BigInteger last = range.last().place(whole, nodeBits).min(most);
    if (first.compareTo(last) <= 0) {
      used.set(first.intValue(), last.intValue() + 1);
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
