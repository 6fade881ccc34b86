package dev.wherry.apiserver.validation;

import dev.wherry.machinery.address.AddressText;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;

/** Forms of IP addresses and ranges, without any name look-up. */
final class Addresses {
  private static final int V6_GROUPS = 8;
  private static final int V6_MAPPED_BITS = 96;
  private static final String IP_MESSAGE =
      "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
  private static final String CIDR_MESSAGE =
      "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

  private Addresses() {}

  static List<String> ip(String value) {
    return isV4(value) || isV6(value) ? List.of() : List.of(IP_MESSAGE);
  }

  static List<String> cidr(String value) {
    int slash = value.indexOf('/');
    if (slash > 0 && value.substring(slash + 1).matches("[0-9]{1,3}")) {
      String address = value.substring(0, slash);
      int bits = Integer.parseInt(value.substring(slash + 1));
      if ((isV4(address) && bits <= 32) || (isV6(address) && bits <= 128)) {
        return List.of();
      }
    }
    return List.of(CIDR_MESSAGE);
  }

  /** An address that is written in the one usual way. */
  static List<String> strictIp(String value) {
    String plain = withoutLeadingZeros(value);
    if (!ip(plain).isEmpty()) {
      return List.of(IP_MESSAGE);
    }
    if (!plain.equals(value)) {
      return List.of("must not have leading 0s");
    }
    InetAddress address = InetAddress.ofLiteral(value);
    if (isMapped(value, address)) {
      return List.of("must not be an IPv4-mapped IPv6 address");
    }
    return canonical(value, AddressText.of(address));
  }

  /** A range that is written in the one usual way, no bits set beyond its prefix. */
  static List<String> strictCidr(String value) {
    String plain = withoutLeadingZeros(value);
    if (!cidr(plain).isEmpty()) {
      return List.of(CIDR_MESSAGE);
    }
    if (!plain.equals(value)) {
      return List.of("must not have leading 0s in IP or prefix length");
    }
    int slash = value.indexOf('/');
    InetAddress address = InetAddress.ofLiteral(value.substring(0, slash));
    if (isMapped(value, address)) {
      return List.of("must not have an IPv4-mapped IPv6 address");
    }
    if (hasBitsBeyond(address.getAddress(), Integer.parseInt(value.substring(slash + 1)))) {
      return List.of("must not have bits set beyond the prefix length");
    }
    return canonical(value, AddressText.of(address) + value.substring(slash));
  }

  /** An address with the length of its network, written in the one usual way. */
  static List<String> interfaceAddress(String value) {
    String plain = withoutLeadingZeros(value);
    if (!cidr(plain).isEmpty()) {
      return List.of("must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)");
    }
    int slash = plain.indexOf('/');
    InetAddress address = InetAddress.ofLiteral(plain.substring(0, slash));
    int bits = Integer.parseInt(plain.substring(slash + 1));
    int mapped = isMapped(plain, address) && bits > Integer.SIZE ? V6_MAPPED_BITS : 0;
    return canonical(value, AddressText.of(address) + "/" + (bits - mapped));
  }

  private static boolean isMapped(String value, InetAddress address) {
    return value.contains(":") && address.getAddress().length == Integer.BYTES;
  }

  private static List<String> canonical(String value, String canonical) {
    return value.equals(canonical)
        ? List.of()
        : List.of("must be in canonical form (\"" + canonical + "\")");
  }

  private static String withoutLeadingZeros(String value) {
    return value.replaceAll("(^|[./])0+(?=[0-9])", "$1");
  }

  private static boolean hasBitsBeyond(byte[] address, int bits) {
    for (int bit = bits; bit < address.length * Byte.SIZE; bit++) {
      if ((address[bit / Byte.SIZE] & 0x80 >> bit % Byte.SIZE) != 0) {
        return true;
      }
    }
    return false;
  }

  static boolean isV4(String value) {
    String[] parts = value.split("\\.", -1);
    if (parts.length != 4) {
      return false;
    }
    for (String part : parts) {
      if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
        return false;
      }
    }
    return true;
  }

  static boolean isV6(String value) {
    int gap = value.indexOf("::");
    if (gap >= 0) {
      int left = groups(value.substring(0, gap), false);
      int right = groups(value.substring(gap + 2), true);
      return left >= 0 && right >= 0 && left + right < V6_GROUPS;
    }
    return groups(value, true) == V6_GROUPS;
  }

  /** The number of 16-bit groups of a part of an address, or -1 when it is none. */
  private static int groups(String part, boolean last) {
    if (part.isEmpty()) {
      return 0;
    }
    String[] parts = part.split(":", -1);
    int count = 0;
    for (int i = 0; i < parts.length; i++) {
      if (last && i == parts.length - 1 && isV4(parts[i])) {
        count += 2;
      } else if (parts[i].matches("[0-9a-fA-F]{1,4}")) {
        count++;
      } else {
        return -1;
      }
    }
    return count;
  }

  static boolean isLoopback(String value) {
    return value.startsWith("127.") || value.equals("::1");
  }

  static boolean isLinkLocal(String value) {
    return value.startsWith("169.254.") || value.toLowerCase(Locale.ROOT).startsWith("fe80:");
  }

  static boolean isUnspecified(String value) {
    return value.equals("0.0.0.0") || value.equals("::");
  }

  static boolean isMulticast(String value) {
    return (isV4(value) && Integer.parseInt(value.substring(0, value.indexOf('.'))) >> 4 == 14)
        || value.toLowerCase(Locale.ROOT).startsWith("ff");
  }
}
