package dev.wherry.controllers.job;

import java.util.BitSet;

/** Completion indexes in the text form of a Job's status: {@code 0,2-5,9}. Immutable. */
final class IndexSet {
  static final IndexSet NONE = new IndexSet(new BitSet());

  private final BitSet bits;

  private IndexSet(BitSet bits) {
    this.bits = bits;
  }

  /** Reads the text; what is at or above the limit, or no number, is left out. */
  static IndexSet parse(String text, int limit) {
    BitSet bits = new BitSet();
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int dash = part.indexOf('-');
      try {
        int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
        int last = dash < 0 ? first : Integer.parseInt(part.substring(dash + 1));
        if (first >= 0 && first < limit) {
          bits.set(first, Math.min(last, limit - 1) + 1);
        }
      } catch (NumberFormatException | IndexOutOfBoundsException e) {
        // Somebody else's text: as upstream, such a part counts for nothing.
      }
    }
    return new IndexSet(bits);
  }

  boolean contains(int index) {
    return index >= 0 && bits.get(index);
  }

  IndexSet with(int index) {
    BitSet copy = (BitSet) bits.clone();
    copy.set(index);
    return new IndexSet(copy);
  }

  int size() {
    return bits.cardinality();
  }

  /** How many of these are in the other set too. */
  int common(IndexSet other) {
    BitSet copy = (BitSet) bits.clone();
    copy.and(other.bits);
    return copy.cardinality();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int first = bits.nextSetBit(0); first >= 0; ) {
      int end = bits.nextClearBit(first);
      text.append(text.isEmpty() ? "" : ",").append(first);
      if (end - first > 1) {
        // Two neighbours are a list, more are a range.
        text.append(end - first == 2 ? "," : "-").append(end - 1);
      }
      first = bits.nextSetBit(end);
    }
    return text.toString();
  }
}
