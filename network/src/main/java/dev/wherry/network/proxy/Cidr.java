package dev.wherry.network.proxy;

import dev.wherry.model.Bytes;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A range of addresses; its bytes hold no bits behind the prefix.
 *
 * @param prefix length in bits
 */
public record Cidr(Bytes address, int prefix) {
  private static final int BYTE_BITS = 8;

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

  AddressFamily family() {
    return address.length() == AddressFamily.V4.bytes() ? AddressFamily.V4 : AddressFamily.V6;
  }

  /** The bits of an address that name the range. */
  Bytes mask() {
    return Bytes.copyOf(mask(address.length(), prefix));
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
    try {
      return InetAddress.getByAddress(address.toArray()).getHostAddress() + "/" + prefix;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + address.length() + " bytes", e);
    }
  }
}
