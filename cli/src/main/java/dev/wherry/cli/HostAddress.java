package dev.wherry.cli;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;

/** What this host is called and how others reach it. */
final class HostAddress {
  private static final int HTTPS_PORT = 443;

  private HostAddress() {}

  static String name() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim().toLowerCase(Locale.ROOT);
  }

  /** The first IPv4 address of an interface that is up, is not loopback and is not the bridge. */
  static String primary() throws IOException {
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

  /** The address from which this host reaches a server; nothing is sent for it. */
  static String towards(URI server) throws IOException {
    int port = server.getPort() < 0 ? HTTPS_PORT : server.getPort();
    InetSocketAddress address = new InetSocketAddress(server.getHost(), port);
    if (address.isUnresolved()) {
      throw new IOException("the server's name " + server.getHost() + " is not known to DNS");
    }
    try (DatagramChannel channel = DatagramChannel.open()) {
      channel.connect(address);
      InetAddress own = ((InetSocketAddress) channel.getLocalAddress()).getAddress();
      return own.isLoopbackAddress() ? primary() : own.getHostAddress();
    }
  }
}
