package dev.wherry.cli.check;

/**
 * A range of IPv4 addresses.
 *
 * @param address its first address, in the host's order of bits
 * @param prefixBits 0 to 32
 * @param owner the interface that routes it, or what it is for
 */
public record Cidr(int address, int prefixBits, String owner) {
  private static final int ADDRESS_BITS = 32;
  private static final int OCTETS = 4;
  private static final int OCTET_MAX = 255;

  /**
   * Reads {@code 10.42.0.0/16}.
   *
   * @throws IllegalArgumentException when it is no IPv4 range
   */
  public static Cidr parse(String text, String owner) {
    int slash = text.indexOf('/');
    String[] octets = text.substring(0, Math.max(slash, 0)).split("\\.", -1);
    if (octets.length != OCTETS) {
      throw new IllegalArgumentException(text + " is no IPv4 range such as 10.42.0.0/16");
    }
    int address = 0;
    for (String octet : octets) {
      int value = Integer.parseInt(octet);
      if (value < 0 || value > OCTET_MAX) {
        throw new IllegalArgumentException(text + " is no IPv4 range such as 10.42.0.0/16");
      }
      address = address << Byte.SIZE | value;
    }
    return new Cidr(address, Integer.parseInt(text.substring(slash + 1)), owner);
  }

  boolean overlaps(Cidr other) {
    int shared = Math.min(prefixBits, other.prefixBits);
    return shared == 0 || (address ^ other.address) >>> (ADDRESS_BITS - shared) == 0;
  }

  @Override
  public String toString() {
    return "%d.%d.%d.%d/%d"
        .formatted(
            address >>> 24,
            address >>> 16 & OCTET_MAX,
            address >>> 8 & OCTET_MAX,
            address & OCTET_MAX,
            prefixBits);
  }
}
