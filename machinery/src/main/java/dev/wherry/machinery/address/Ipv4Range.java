package dev.wherry.machinery.address;

import java.util.OptionalInt;

/**
 * A range of IPv4 addresses.
 *
 * @param network its first address, in the host's order of bits; bits behind the prefix are dropped
 * @param prefixBits 0 to 32
 */
public record Ipv4Range(int network, int prefixBits) {
  private static final int ADDRESS_BITS = 32;
  private static final int OCTETS = 4;
  private static final int OCTET_MAX = 255;
  private static final int OCTET_DIGITS_MAX = 3;

  public Ipv4Range {
    if (prefixBits < 0 || prefixBits > ADDRESS_BITS) {
      throw new IllegalArgumentException("prefix /" + prefixBits + " is not in /0 to /32");
    }
    network &= mask(prefixBits);
  }

  /**
   * Reads {@code 10.42.0.0/16}.
   *
   * @throws IllegalArgumentException with a sentence when it is none, or has bits behind its prefix
   */
  public static Ipv4Range parse(String text) {
    int slash = text.indexOf('/');
    OptionalInt address = number(text.substring(0, Math.max(slash, 0)));
    OptionalInt prefix = decimal(text.substring(slash + 1), ADDRESS_BITS);
    if (address.isEmpty() || prefix.isEmpty()) {
      throw new IllegalArgumentException(text + " is no IPv4 range such as 10.42.0.0/16");
    }
    Ipv4Range range = new Ipv4Range(address.getAsInt(), prefix.getAsInt());
    if (range.network != address.getAsInt()) {
      throw new IllegalArgumentException(text + " has bits behind its prefix: write " + range);
    }
    return range;
  }

  private static OptionalInt number(String address) {
    String[] octets = address.split("\\.", -1);
    if (octets.length != OCTETS) {
      return OptionalInt.empty();
    }
    int number = 0;
    for (String octet : octets) {
      OptionalInt value = decimal(octet, OCTET_MAX);
      if (value.isEmpty()) {
        return value;
      }
      number = number << Byte.SIZE | value.getAsInt();
    }
    return OptionalInt.of(number);
  }

  private static OptionalInt decimal(String text, int max) {
    boolean digits =
        !text.isEmpty()
            && text.length() <= OCTET_DIGITS_MAX
            && text.chars().allMatch(c -> c >= '0' && c <= '9')
            && (text.length() == 1 || text.charAt(0) != '0');
    int value = digits ? Integer.parseInt(text) : max + 1;
    return value > max ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private static int mask(int prefixBits) {
    return prefixBits == 0 ? 0 : -1 << (ADDRESS_BITS - prefixBits);
  }

  /** Addresses without the first and the last; 0 where there are no others. */
  public int size() {
    return (int) Math.clamp((1L << (ADDRESS_BITS - prefixBits)) - 2, 0, Integer.MAX_VALUE);
  }

  /** The address at a place in 1 to {@link #size}; other places are taken for the nearest. */
  public String at(int place) {
    return text(network + Math.min(Math.max(place, 1), size()));
  }

  /** Whether the text is an IPv4 address in it. */
  public boolean contains(String address) {
    OptionalInt number = number(address);
    return number.isPresent() && (number.getAsInt() & mask(prefixBits)) == network;
  }

  /** Whether all of another's addresses are in it. */
  public boolean contains(Ipv4Range other) {
    return prefixBits <= other.prefixBits && overlaps(other);
  }

  /** Whether an address is in both. */
  public boolean overlaps(Ipv4Range other) {
    return ((network ^ other.network) & mask(Math.min(prefixBits, other.prefixBits))) == 0;
  }

  private static String text(int address) {
    return "%d.%d.%d.%d"
        .formatted(
            address >>> 24,
            address >>> 16 & OCTET_MAX,
            address >>> 8 & OCTET_MAX,
            address & OCTET_MAX);
  }

  @Override
  public String toString() {
    return text(network) + "/" + prefixBits;
  }
}
