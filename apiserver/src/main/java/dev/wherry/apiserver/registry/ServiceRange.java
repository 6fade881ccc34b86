package dev.wherry.apiserver.registry;

/**
 * The IPv4 network of Service addresses.
 *
 * @param network its first address as a number
 * @param prefixBits 12 to 28
 */
public record ServiceRange(int network, int prefixBits) {
  /** {@code 10.43.0.0/16}. */
  public static ServiceRange parse(String cidr) {
    int slash = cidr.indexOf('/');
    int bits = slash < 0 ? -1 : Integer.parseInt(cidr.substring(slash + 1));
    if (bits < 12 || bits > 28) {
      throw new IllegalArgumentException("serviceCidr: " + cidr + " has no prefix in 12-28");
    }
    int mask = -1 << (32 - bits);
    return new ServiceRange(number(cidr.substring(0, slash)) & mask, bits);
  }

  private static int number(String ip) {
    String[] parts = ip.split("\\.", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException(ip + " is no IPv4 address");
    }
    int number = 0;
    for (String part : parts) {
      int octet = part.matches("[0-9]{1,3}") ? Integer.parseInt(part) : 256;
      if (octet > 255) {
        throw new IllegalArgumentException(ip + " is no IPv4 address");
      }
      number = number << 8 | octet;
    }
    return number;
  }

  /** Addresses without the first and the last. */
  int size() {
    return (1 << (32 - prefixBits)) - 2;
  }

  /** The address at a place in 1 to {@link #size}. */
  public String at(int place) {
    int ip = network + Math.clamp(place, 1, size());
    return (ip >>> 24) + "." + (ip >>> 16 & 255) + "." + (ip >>> 8 & 255) + "." + (ip & 255);
  }

  boolean contains(String ip) {
    try {
      int mask = -1 << (32 - prefixBits);
      return (number(ip) & mask) == network;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
