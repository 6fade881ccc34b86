package dev.wherry.network.rules;

import dev.wherry.machinery.address.AddressText;
import dev.wherry.model.Bytes;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A range of addresses; its bytes hold no bits behind the prefix.
 *
 * @param prefix length in bits
 */
public record Cidr(Bytes address, int prefix) {
  private static final int BYTE_BITS = 8;
  private static final Comparator<Cidr> BY_ADDRESS =
      Comparator.comparing((Cidr range) -> range.address.toArray(), Arrays::compareUnsigned);
  private static final Comparator<Cidr> NARROWEST_FIRST =
      Comparator.comparingInt((Cidr range) -> -range.prefix).thenComparing(BY_ADDRESS);

  /**
   * Reads {@code 10.42.0.0/24}.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("'" + text + "' is no CIDR");
    }
    try {
      byte[] address = InetAddress.ofLiteral(text.substring(0, slash)).getAddress();
      int prefix = Integer.parseInt(text.substring(slash + 1));
      if (prefix < 0 || prefix > address.length * BYTE_BITS) {
        throw new IllegalArgumentException("prefix " + prefix);
      }
      return of(address, prefix);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + text + "' is no CIDR", e);
    }
  }

  /** The range of a prefix that holds an address. */
  public static Cidr of(byte[] address, int prefix) {
    byte[] mask = mask(address.length, prefix);
    byte[] network = new byte[address.length];
    for (int i = 0; i < network.length; i++) {
      network[i] = (byte) (address[i] & mask[i]);
    }
    return new Cidr(Bytes.copyOf(network), prefix);
  }

  public AddressFamily family() {
    return address.length() == AddressFamily.V4.bytes() ? AddressFamily.V4 : AddressFamily.V6;
  }

  /** The bits of an address that name the range. */
  public Bytes mask() {
    return Bytes.copyOf(mask(address.length(), prefix));
  }

  /** Whether an address is in both. */
  public boolean overlaps(Cidr other) {
    int shared = Math.min(prefix, other.prefix);
    return address.length() == other.address.length()
        && of(address.toArray(), shared).equals(of(other.address.toArray(), shared));
  }

  /**
   * The same addresses in as few ranges as there can be, in the order of address: neighbours that
   * make one range are one, and what lies in another is left out.
   */
  public static List<Cidr> merged(Collection<Cidr> ranges) {
    TreeSet<Cidr> left = new TreeSet<>(NARROWEST_FIRST);
    left.addAll(ranges);
    TreeSet<Cidr> merged = new TreeSet<>(BY_ADDRESS);
    while (!left.isEmpty()) {
      Cidr narrow = left.removeFirst();
      if (narrow.isWithinAny(left)) {
        continue;
      }
      if (narrow.prefix > 0 && left.remove(narrow.sibling())) {
        left.add(of(narrow.address.toArray(), narrow.prefix - 1));
      } else {
        merged.add(narrow);
      }
    }
    return List.copyOf(merged);
  }

  private boolean isWithinAny(Set<Cidr> wider) {
    return IntStream.range(0, prefix).anyMatch(bits -> wider.contains(of(address.toArray(), bits)));
  }

  /** The other half of the next wider range. */
  private Cidr sibling() {
    byte[] other = address.toArray();
    other[(prefix - 1) / BYTE_BITS] ^= (byte) (0x80 >>> (prefix - 1) % BYTE_BITS);
    return new Cidr(Bytes.copyOf(other), prefix);
  }

  private static byte[] mask(int length, int prefix) {
    byte[] mask = new byte[length];
    for (int i = 0; i < length; i++) {
      int bits = Math.clamp(prefix - (long) i * BYTE_BITS, 0, BYTE_BITS);
      mask[i] = (byte) (0xff00 >>> bits);
    }
    return mask;
  }

  @Override
  public String toString() {
    return AddressText.of(address.toArray()) + "/" + prefix;
  }
}
