package dev.wherry.controllers.balancer;

import dev.wherry.machinery.address.AddressText;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Addresses that Services of type LoadBalancer may get, of both families. */
public record AddressPool(List<Range> ranges) {
  public static final AddressPool EMPTY = new AddressPool(List.of());

  private static final String V4 = "IPv4";
  private static final String V6 = "IPv6";
  private static final int V4_BYTES = 4;

  /** A search for a free address ends here; larger ranges are never full in practice. */
  private static final int TRIES_MAX = 1 << 16;

  public AddressPool {
    ranges = List.copyOf(ranges);
  }

  /**
   * From the first to the last address.
   *
   * @param bytes of each: 4 or 16
   */
  public record Range(BigInteger first, BigInteger last, int bytes) {
    String family() {
      return bytes == V4_BYTES ? V4 : V6;
    }

    private boolean contains(byte[] address) {
      BigInteger number = new BigInteger(1, address);
      return address.length == bytes && number.compareTo(first) >= 0 && number.compareTo(last) <= 0;
    }
  }

  /**
   * Reads {@code 10.0.0.240-10.0.0.250}, {@code 10.0.1.0/28} or a single address, each.
   *
   * @throws IllegalArgumentException with a sentence
   */
  public static AddressPool parse(List<String> texts) {
    List<Range> ranges = new ArrayList<>();
    for (String text : texts) {
      try {
        ranges.add(range(text.strip()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "'" + text + "' is no range of addresses: write FIRST-LAST or ADDRESS/BITS", e);
      }
    }
    return new AddressPool(ranges);
  }

  private static Range range(String text) {
    int slash = text.indexOf('/');
    int dash = text.indexOf('-');
    byte[] first =
        bytes(slash >= 0 ? text.substring(0, slash) : dash < 0 ? text : text.substring(0, dash));
    BigInteger from = new BigInteger(1, first);
    BigInteger to = from;
    if (slash >= 0) {
      int free = first.length * Byte.SIZE - Integer.parseInt(text.substring(slash + 1));
      if (free < 0 || free > first.length * Byte.SIZE) {
        throw new IllegalArgumentException("prefix");
      }
      from = from.shiftRight(free).shiftLeft(free);
      to = from.add(BigInteger.ONE.shiftLeft(free)).subtract(BigInteger.ONE);
    } else if (dash >= 0) {
      byte[] last = bytes(text.substring(dash + 1));
      to = new BigInteger(1, last);
      if (last.length != first.length || to.compareTo(from) < 0) {
        throw new IllegalArgumentException("the last comes before the first");
      }
    }
    return new Range(from, to, first.length);
  }

  private static byte[] bytes(String literal) {
    return InetAddress.ofLiteral(literal).getAddress();
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  boolean contains(String address) {
    try {
      byte[] bytes = bytes(address);
      return ranges.stream().anyMatch(range -> range.contains(bytes));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The first address of a family that is not taken. */
  Optional<String> free(String family, Predicate<String> taken) {
    for (Range range : ranges) {
      BigInteger at = range.first();
      for (int i = 0;
          range.family().equals(family) && i < TRIES_MAX && at.compareTo(range.last()) <= 0;
          i++) {
        String address = text(at, range.bytes());
        if (!taken.test(address)) {
          return Optional.of(address);
        }
        at = at.add(BigInteger.ONE);
      }
    }
    return Optional.empty();
  }

  /** Whether two addresses are of one network of the usual size: /24, /64. */
  static boolean areNear(String one, String other) {
    byte[] first = bytes(one);
    byte[] second = bytes(other);
    int usual = first.length == V4_BYTES ? V4_BYTES - 1 : Long.BYTES;
    return first.length == second.length && Arrays.equals(first, 0, usual, second, 0, usual);
  }

  static String familyOf(String address) {
    return address.contains(":") ? V6 : V4;
  }

  /** As Services' statuses write it. */
  private static String text(BigInteger number, int bytes) {
    byte[] raw = number.toByteArray();
    byte[] address = new byte[bytes];
    int count = Math.min(raw.length, bytes);
    System.arraycopy(raw, raw.length - count, address, bytes - count, count);
    return AddressText.of(address);
  }
}
