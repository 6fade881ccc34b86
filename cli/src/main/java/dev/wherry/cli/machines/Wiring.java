package dev.wherry.cli.machines;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * How the machines of one cluster are joined: a bridge in a network namespace of its own, where the
 * packet rules of the host do not see what they say to each other, and a link from it to the host.
 * The address range follows from the cluster's name, so that several clusters can stand beside each
 * other.
 *
 * @param name of the cluster; names of interfaces are made of it
 * @param six whether machines have addresses of IPv6 alone
 */
record Wiring(String name, boolean six) {
  /** An interface's name has 15 characters at most. */
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,7}");

  private static final int FIRST = 10;

  Wiring {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' cannot be the name: one to eight small letters and digits");
    }
  }

  /** The namespace with the bridge. */
  String space() {
    return "wherry-" + name + "-wire";
  }

  /** The host's end of its link to the bridge. */
  private String hostLink() {
    return "w-" + name;
  }

  /** The bridge's end of a machine's link. */
  String link(int number) {
    return "m" + number;
  }

  private String table() {
    return "wherry-cluster-" + name;
  }

  private String network() {
    return "10.78." + hash();
  }

  private long hash() {
    CRC32 sum = new CRC32();
    sum.update(name.getBytes(StandardCharsets.UTF_8));
    return sum.getValue() & 0xff;
  }

  /** The host's address on the bridge, as machines reach it. */
  String hostAddress() {
    return six ? network6() + "1" : host4();
  }

  private String host4() {
    return network() + ".1";
  }

  /** A machine's address as others know it. */
  String address(int number) {
    return six ? address6(number) : address4(number);
  }

  /** A machine's address of IPv4. */
  String address4(int number) {
    return network() + "." + (FIRST + number);
  }

  /** A machine's address of IPv6. */
  String address6(int number) {
    return network6() + (FIRST + number);
  }

  private String network6() {
    return "fd57:4e:%x::".formatted(hash());
  }

  /**
   * The script that makes what is missing; what leaves the machines for the world is masqueraded.
   */
  String creation() {
    return """
    if [ ! -e /run/netns/%5$s ]; then
      ip netns add %5$s
      ip -n %5$s link add br0 type bridge
      ip -n %5$s link set br0 up
      ip link add %1$s type veth peer name host netns %5$s
      ip -n %5$s link set host master br0 up
      ip addr add %2$s/24 dev %1$s
      ip link set %1$s up
      [ ! -e /proc/net/if_inet6 ] || ip addr add %6$s1/64 dev %1$s nodad
    fi
    nft -f - <<'RULES'
    table ip %3$s
    delete table ip %3$s
    table ip %3$s {
      chain outward {
        type nat hook postrouting priority srcnat
        ip saddr %4$s.0/24 ip daddr != %4$s.0/24 masquerade
      }
    }
    RULES
    """
        .formatted(hostLink(), host4(), table(), network(), space(), network6());
  }

  /** The script that removes it all; the kernel would take the link away a moment later only. */
  String removal() {
    return """
    [ ! -e /sys/class/net/%3$s ] || ip link del %3$s
    [ ! -e /run/netns/%1$s ] || ip netns del %1$s
    if nft list table ip %2$s >/dev/null 2>&1; then nft delete table ip %2$s; fi
    """
        .formatted(space(), table(), hostLink());
  }
}
