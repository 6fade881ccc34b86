package dev.wherry.kubelet.hollow;

import java.util.Optional;

/**
 * Addresses of hollow pods: 100.64.0.0/10, which no provider of the internet routes (RFC 6598), cut
 * into a /23 for each node. The cluster's own pod range stays whole for nodes that run pods.
 */
final class HollowRanges {
  /** How many nodes have a range. */
  static final int RANGES = 1 << 13;

  /** Addresses of one range, the first and the last of which are no pod's. */
  static final int ADDRESSES = 1 << 9;

  private static final int BASE = 100 << 24 | 64 << 16;
  private static final int RANGE_BITS = 23;
  private static final int OFFSET_BITS = Integer.SIZE - RANGE_BITS;

  private HollowRanges() {}

  /** Such as {@code 100.64.2.0/23} for 1. */
  static String range(int index) {
    return address(index, 0) + "/" + RANGE_BITS;
  }

  static String address(int index, int offset) {
    int all = BASE + (index << OFFSET_BITS) + offset;
    return (all >>> 24) + "." + (all >>> 16 & 255) + "." + (all >>> 8 & 255) + "." + (all & 255);
  }

  /** Which range it is; empty when it is none of these. */
  static Optional<Integer> index(String range) {
    int slash = range.indexOf('/');
    if (slash < 0 || !range.substring(slash + 1).equals(String.valueOf(RANGE_BITS))) {
      return Optional.empty();
    }
    return number(range.substring(0, slash)).map(offset -> offset >>> OFFSET_BITS);
  }

  /** An address' place within a range; empty when it is not in it. */
  static Optional<Integer> offset(int index, String address) {
    return number(address)
        .filter(offset -> offset >>> OFFSET_BITS == index)
        .map(offset -> offset & ADDRESSES - 1);
  }

  /** How far from the first address of all; empty outside. */
  private static Optional<Integer> number(String address) {
    String[] parts = address.split("\\.", -1);
    int number = 0;
    if (parts.length != 4) {
      return Optional.empty();
    }
    for (String part : parts) {
      if (part.isEmpty() || part.length() > 3 || !part.chars().allMatch(Character::isDigit)) {
        return Optional.empty();
      }
      number = number << 8 | Integer.parseInt(part);
    }
    int offset = number - BASE;
    return offset >= 0 && offset < RANGES * ADDRESSES ? Optional.of(offset) : Optional.empty();
  }
}
