package dev.wherry.cli;

import dev.wherry.machinery.address.AddressText;
import dev.wherry.machinery.address.IpFamily;
import java.io.IOException;
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

  /** Addresses that are nobody's (RFC 5737, 3849), to ask the kernel which way it would go. */
  private static final String ELSEWHERE = "203.0.113.1";

  private static final String ELSEWHERE6 = "2001:db8::1";

  private HostAddress() {}

  static String name() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim().toLowerCase(Locale.ROOT);
  }

  /**
   * The address of a family by which this host reaches the world, as a kubelet chooses it; without
   * a default route that of the first interface that is up, no loopback and nobody's bridge.
   */
  static String primary(IpFamily family) throws IOException {
    String elsewhere = family == IpFamily.IPV4 ? ELSEWHERE : ELSEWHERE6;
    try {
      InetAddress own = source(new InetSocketAddress(elsewhere, HTTPS_PORT));
      if (isOf(family, own)) {
        return AddressText.of(own);
      }
    } catch (IOException e) {
      // No default route.
    }
    return ofFirstInterface(family);
  }

  /** Whether others may reach this host by an address of a family. */
  private static boolean isOf(IpFamily family, InetAddress own) {
    return own.getAddress().length == family.bytes()
        && !own.isLoopbackAddress()
        && !own.isAnyLocalAddress()
        && !(family == IpFamily.IPV6 && own.isLinkLocalAddress());
  }

  private static String ofFirstInterface(IpFamily family) throws IOException {
    for (NetworkInterface face : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (!face.isUp()
          || face.isLoopback()
          || face.getName().startsWith("wherry")
          || face.getName().startsWith("veth")
          || face.getName().startsWith("docker")) {
        continue;
      }
      for (InetAddress address : Collections.list(face.getInetAddresses())) {
        if (isOf(family, address)) {
          return AddressText.of(address);
        }
      }
    }
    throw new IOException(
        "this host has no %s address beside those of loopback and link: give --node-ip"
            .formatted(family.label()));
  }

  /**
   * The address of the other family of the interface that has this one, one of a network before
   * those that are lent to it alone; "" where it has none but those of the link.
   */
  static String beside(String address) throws IOException {
    NetworkInterface face = NetworkInterface.getByInetAddress(InetAddress.ofLiteral(address));
    if (face == null) {
      return "";
    }
    IpFamily other = IpFamily.of(address).other();
    return face.getInterfaceAddresses().stream()
        .filter(own -> isOf(other, own.getAddress()))
        .min(
            Comparator.comparing(InterfaceAddress::getNetworkPrefixLength)
                .thenComparing(own -> AddressText.of(own.getAddress())))
        .map(own -> AddressText.of(own.getAddress()))
        .orElse("");
  }

  /** The address under which a server can know this host: never a loopback one. */
  static String towards(URI server) throws IOException {
    InetAddress own = source(server);
    return own.isLoopbackAddress()
        ? primary(IpFamily.of(own.getHostAddress()))
        : AddressText.of(own);
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
