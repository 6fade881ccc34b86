package dev.wherry.cli;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;

/** What this host is called and how others reach it. */
final class HostAddress {
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
}
