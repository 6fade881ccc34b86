package dev.wherry.cli;

import dev.wherry.machinery.address.AddressText;
import dev.wherry.machinery.address.IpFamily;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.Locale;

/** What this host is called and how others reach it. */
final class HostAddress {
  private static final int HTTPS_PORT = 443;

  /** An address that is nobody's (RFC 5737), to ask the kernel which way it would go. */
  private static final String ELSEWHERE = "203.0.113.1";

  private HostAddress() {}

  static String name() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim().toLowerCase(Locale.ROOT);
  }

  /**
   * The IPv4 address by which this host reaches the world, as a kubelet chooses it; without a
   * default route that of the first interface that is up, no loopback and nobody's bridge.
   */
  static String primary() throws IOException {
    try {
      InetAddress own = source(new InetSocketAddress(ELSEWHERE, HTTPS_PORT));
      if (own instanceof Inet4Address && !own.isLoopbackAddress() && !own.isAnyLocalAddress()) {
        return own.getHostAddress();
      }
    } catch (IOException e) {
      // No default route.
    }
    return ofFirstInterface();
  }

  private static String ofFirstInterface() throws IOException {
    for (NetworkInterface face : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (!face.isUp()
          || face.isLoopback()
          || face.getName().startsWith("wherry")
          || face.getName().startsWith("veth")
          || face.getName().startsWith("docker")) {
        continue;
      }
      for (InetAddress address : Collections.list(face.getInetAddresses())) {
        if (address instanceof Inet4Address) {
          return address.getHostAddress();
        }
      }
    }
    throw new IOException("this host has no IPv4 address beside loopback: give --node-ip");
  }

  /**
   * The IPv6 address of the interface that has an IPv4 one, one of a network before those that are
   * lent to it alone; "" where it has none but those of the link.
   */
  static String beside(String address) throws IOException {
    NetworkInterface face = NetworkInterface.getByInetAddress(InetAddress.ofLiteral(address));
    if (face == null || IpFamily.of(address) == IpFamily.IPV6) {
      return "";
    }
    return face.getInterfaceAddresses().stream()
        .filter(own -> own.getAddress() instanceof Inet6Address)
        .filter(own -> !own.getAddress().isLinkLocalAddress())
        .filter(own -> !own.getAddress().isLoopbackAddress())
        .min(
            Comparator.comparing(InterfaceAddress::getNetworkPrefixLength)
                .thenComparing(own -> AddressText.of(own.getAddress())))
        .map(own -> AddressText.of(own.getAddress()))
        .orElse("");
  }

  /** The address under which a server can know this host: never a loopback one. */
  static String towards(URI server) throws IOException {
    InetAddress own = source(server);
    return own.isLoopbackAddress() ? primary() : own.getHostAddress();
  }

  /** The address from which this host reaches a server; nothing is sent for it. */
  static InetAddress source(URI server) throws IOException {
    int port = server.getPort() < 0 ? HTTPS_PORT : server.getPort();
    InetSocketAddress address = new InetSocketAddress(server.getHost(), port);
    if (address.isUnresolved()) {
      throw new IOException("the server's name " + server.getHost() + " is not known to DNS");
    }
    return source(address);
  }

  private static InetAddress source(InetSocketAddress to) throws IOException {
    try (DatagramChannel channel = DatagramChannel.open()) {
      channel.connect(to);
      return ((InetSocketAddress) channel.getLocalAddress()).getAddress();
    }
  }
}
