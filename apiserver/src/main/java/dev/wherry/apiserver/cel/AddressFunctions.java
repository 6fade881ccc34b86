package dev.wherry.apiserver.cel;

import static dev.wherry.apiserver.cel.CelFunction.global;
import static dev.wherry.apiserver.cel.CelFunction.member;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.wherry.apiserver.structural.TextFormats;
import dev.wherry.machinery.address.AddressText;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** {@code ip, isIP, cidr, isCIDR} (library/ip.go, library/cidr.go). */
final class AddressFunctions {
  private static final CelType IP = OpaqueType.create("net.IP");
  private static final CelType CIDR = OpaqueType.create("net.CIDR");

  /** Types that expressions may name; of its other types upstream makes no values. */
  static final Map<String, CelType> TYPES = Map.of(IP.name(), IP, CIDR.name(), CIDR);

  private static final CelType TEXT = SimpleType.STRING;
  private static final CelType BOOL = SimpleType.BOOL;

  private AddressFunctions() {}

  /** A network. */
  record Network(InetAddress address, int bits) {
    boolean contains(InetAddress other) {
      byte[] ours = address.getAddress();
      byte[] theirs = other.getAddress();
      return ours.length == theirs.length
          && Arrays.equals(masked(ours, bits), masked(theirs, bits));
    }

    boolean contains(Network other) {
      return other.bits >= bits && contains(other.address);
    }
  }

  private static byte[] masked(byte[] address, int bits) {
    byte[] masked = address.clone();
    for (int i = 0; i < masked.length; i++) {
      int keep = Math.clamp(bits - 8L * i, 0, 8);
      masked[i] &= (byte) (0xff << (8 - keep));
    }
    return masked;
  }

  static List<CelFunction> all() {
    List<CelFunction> all = new ArrayList<>(addresses());
    all.addAll(networks());
    return all;
  }

  private static List<CelFunction> addresses() {
    List<CelType> text = List.of(TEXT);
    List<CelType> ip = List.of(IP);
    return List.of(
        global("ip", "string_to_ip", IP, text, a -> address((String) a[0])),
        global("isIP", "is_ip", BOOL, text, a -> TextFormats.isAddress((String) a[0])),
        global(
            "ip.isCanonical",
            "ip_is_canonical",
            BOOL,
            text,
            a -> AddressText.of(address((String) a[0])).equals(a[0])),
        global("string", "ip_to_string", TEXT, ip, a -> AddressText.of((InetAddress) a[0])),
        member(
            "family",
            "ip_family",
            SimpleType.INT,
            ip,
            a -> ((InetAddress) a[0]).getAddress().length == 4 ? 4L : 6L),
        member(
            "isUnspecified",
            "ip_is_unspecified",
            BOOL,
            ip,
            a -> ((InetAddress) a[0]).isAnyLocalAddress()),
        member(
            "isLoopback",
            "ip_is_loopback",
            BOOL,
            ip,
            a -> ((InetAddress) a[0]).isLoopbackAddress()),
        member(
            "isLinkLocalMulticast",
            "ip_is_link_local_multicast",
            BOOL,
            ip,
            a -> ((InetAddress) a[0]).isMCLinkLocal()),
        member(
            "isLinkLocalUnicast",
            "ip_is_link_local_unicast",
            BOOL,
            ip,
            a -> ((InetAddress) a[0]).isLinkLocalAddress()),
        member(
            "isGlobalUnicast",
            "ip_is_global_unicast",
            BOOL,
            ip,
            a -> isGlobal((InetAddress) a[0])));
  }

  private static List<CelFunction> networks() {
    List<CelType> text = List.of(TEXT);
    List<CelType> cidr = List.of(CIDR);
    return List.of(
        global("cidr", "string_to_cidr", CIDR, text, a -> network((String) a[0])),
        global("isCIDR", "is_cidr", BOOL, text, a -> TextFormats.isNetwork((String) a[0])),
        global("string", "cidr_to_string", TEXT, cidr, a -> text((Network) a[0])),
        member(
            "containsIP",
            "cidr_contains_ip_string",
            BOOL,
            List.of(CIDR, TEXT),
            a -> ((Network) a[0]).contains(address((String) a[1]))),
        member(
            "containsIP",
            "cidr_contains_ip_ip",
            BOOL,
            List.of(CIDR, IP),
            a -> ((Network) a[0]).contains((InetAddress) a[1])),
        member(
            "containsCIDR",
            "cidr_contains_cidr_string",
            BOOL,
            List.of(CIDR, TEXT),
            a -> ((Network) a[0]).contains(network((String) a[1]))),
        member(
            "containsCIDR",
            "cidr_contains_cidr",
            BOOL,
            List.of(CIDR, CIDR),
            a -> ((Network) a[0]).contains((Network) a[1])),
        member("ip", "cidr_ip", IP, cidr, a -> ((Network) a[0]).address()),
        member(
            "prefixLength",
            "cidr_prefix_length",
            SimpleType.INT,
            cidr,
            a -> (long) ((Network) a[0]).bits()),
        member("masked", "cidr_masked", CIDR, cidr, a -> masked((Network) a[0])));
  }

  private static boolean isGlobal(InetAddress address) {
    byte[] bytes = address.getAddress();
    boolean broadcast = bytes.length == 4 && bytes[0] == -1 && bytes[1] == -1;
    return !broadcast
        && !address.isAnyLocalAddress()
        && !address.isLoopbackAddress()
        && !address.isMulticastAddress()
        && !address.isLinkLocalAddress();
  }

  private static InetAddress address(String text) {
    if (!TextFormats.isAddress(text)) {
      throw new IllegalArgumentException(
          "IP Address \"" + text + "\" parse error during conversion from string");
    }
    return literal(text);
  }

  private static InetAddress literal(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text + " is no address", e);
    }
  }

  private static Network network(String text) {
    if (!TextFormats.isNetwork(text)) {
      throw new IllegalArgumentException(
          "CIDR \"" + text + "\" parse error during conversion from string");
    }
    int slash = text.indexOf('/');
    return new Network(
        literal(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  private static Network masked(Network network) {
    try {
      byte[] bytes = masked(network.address().getAddress(), network.bits());
      return new Network(InetAddress.getByAddress(bytes), network.bits());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String text(Network network) {
    return AddressText.of(network.address()) + "/" + network.bits();
  }
}
