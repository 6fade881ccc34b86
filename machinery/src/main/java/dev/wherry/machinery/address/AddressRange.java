package dev.wherry.machinery.address;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A range of IP addresses.
 *
 * @param network its first address as a number; bits behind the prefix are dropped
 * @param prefixBits 0 to 32 or 128
 */
public record AddressRange(IpFamily family, BigInteger network, int prefixBits) {
  private static final Pattern PREFIX = Pattern.compile("0|[1-9][0-9]{0,2}");

  public AddressRange {
    if (prefixBits < 0 || prefixBits > family.bits()) {
      throw new IllegalArgumentException(
          "prefix /" + prefixBits + " is not in /0 to /" + family.bits());
    }
    int free = family.bits() - prefixBits;
    network = network.shiftRight(free).shiftLeft(free);
  }

  /** The range of a prefix that holds an address of 4 or 16 bytes. */
  public static AddressRange of(byte[] address, int prefixBits) {
    IpFamily family = address.length == IpFamily.IPV4.bytes() ? IpFamily.IPV4 : IpFamily.IPV6;
    return new AddressRange(family, new BigInteger(1, address), prefixBits);
  }

  /**
   * Reads {@code 10.42.0.0/16} or {@code fd00:42::/48}.
   *
   * @throws IllegalArgumentException with a sentence when it is none, or has bits behind its prefix
   */
  public static AddressRange parse(String text) {
    AddressRange range =
        around(text)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    text + " is no range such as 10.42.0.0/16 or fd00:42::/48"));
    if (!range.network.equals(number(text.substring(0, text.indexOf('/'))).orElseThrow())) {
      throw new IllegalArgumentException(text + " has bits behind its prefix: write " + range);
    }
    return range;
  }

  /** The range in which an address with a prefix is, such as {@code 10.42.7.1/16}. */
  public static Optional<AddressRange> around(String text) {
    int slash = text.indexOf('/');
    String prefix = text.substring(slash + 1);
    IpFamily family = IpFamily.of(text);
    return PREFIX.matcher(prefix).matches() && Integer.parseInt(prefix) <= family.bits()
        ? number(text.substring(0, Math.max(slash, 0)))
            .map(address -> new AddressRange(family, address, Integer.parseInt(prefix)))
        : Optional.empty();
  }

  private static Optional<BigInteger> number(String address) {
    return AddressText.parse(address).map(a -> new BigInteger(1, a.getAddress()));
  }

  /**
   * Addresses without the first and the last; 0 where there are no others, {@code
   * Integer.MAX_VALUE} where there are more.
   */
  public int size() {
    BigInteger all = BigInteger.ONE.shiftLeft(family.bits() - prefixBits);
    BigInteger most = BigInteger.valueOf(Integer.MAX_VALUE);
    return all.subtract(BigInteger.TWO).max(BigInteger.ZERO).min(most).intValue();
  }

  /** The address at a place in 1 to {@link #size}; other places are taken for the nearest. */
  public String at(int place) {
    return text(network.add(BigInteger.valueOf(Math.clamp(place, 1, Math.max(size(), 1)))));
  }

  /** One of the equal parts that a longer prefix cuts it into, counted from 0. */
  public AddressRange part(int bits, long index) {
    BigInteger start = BigInteger.valueOf(index).shiftLeft(family.bits() - bits);
    return new AddressRange(family, network.add(start), bits);
  }

  /**
   * In which of the parts that a longer prefix cuts a range into this one begins; negative where it
   * begins before it.
   */
  public BigInteger place(AddressRange whole, int bits) {
    return network.subtract(whole.network).shiftRight(family.bits() - bits);
  }

  /** The last address's own range. */
  public AddressRange last() {
    BigInteger others = BigInteger.ONE.shiftLeft(family.bits() - prefixBits);
    return new AddressRange(family, network.add(others).subtract(BigInteger.ONE), family.bits());
  }

  /** Whether the text is an address in it. */
  public boolean contains(String address) {
    return AddressText.parse(address)
        .map(InetAddress::getAddress)
        .filter(bytes -> overlaps(of(bytes, bytes.length * Byte.SIZE)))
        .isPresent();
  }

  /**
   * Whether the text is an address in it that somebody may have: neither the network's own nor, of
   * IPv4, the broadcast address (PrefixContainsIP of upstream's servicecidr).
   */
  public boolean containsHost(String address) {
    return contains(address)
        && number(address)
            .filter(own -> !own.equals(network))
            .filter(own -> family == IpFamily.IPV6 || !own.equals(last().network))
            .isPresent();
  }

  /** Whether all of another's addresses are in it. */
  public boolean contains(AddressRange other) {
    return prefixBits <= other.prefixBits && overlaps(other);
  }

  /** Whether an address is in both. */
  public boolean overlaps(AddressRange other) {
    if (family != other.family) {
      return false;
    }
    int free = family.bits() - Math.min(prefixBits, other.prefixBits);
    return network.shiftRight(free).equals(other.network.shiftRight(free));
  }

  private String text(BigInteger address) {
    byte[] raw = address.toByteArray();
    byte[] bytes = new byte[family.bytes()];
    int count = Math.min(raw.length, bytes.length);
    System.arraycopy(raw, raw.length - count, bytes, bytes.length - count, count);
    return AddressText.of(bytes);
  }

  @Override
  public String toString() {
    return text(network) + "/" + prefixBits;
  }
}
