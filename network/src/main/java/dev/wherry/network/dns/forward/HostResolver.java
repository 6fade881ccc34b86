package dev.wherry.network.dns.forward;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The host's own resolver configuration. Where it names only a stub on loopback that
 * systemd-resolved serves, the file with the servers behind it is meant instead: the stub cannot be
 * reached from pods, and it may come back to us.
 *
 * @param usual /etc/resolv.conf
 * @param behindStub what systemd-resolved keeps of its servers
 */
public record HostResolver(Path usual, Path behindStub) {
  private static final String STUB = "127.0.0.53";

  /** The files where every host has them. */
  public static HostResolver system() {
    return new HostResolver(
        Path.of("/etc/resolv.conf"), Path.of("/run/systemd/resolve/resolv.conf"));
  }

  /** The file whose servers can be asked from anywhere on this host. */
  public Path file() {
    return nameservers(usual).contains(STUB) && Files.isReadable(behindStub) ? behindStub : usual;
  }

  /** Its servers in order; none where there is no such file. Reads files. */
  public List<InetSocketAddress> servers() {
    List<InetSocketAddress> servers = new ArrayList<>();
    for (String text : nameservers(file())) {
      literal(text)
          .ifPresent(address -> servers.add(new InetSocketAddress(address, ForwardRule.PORT)));
    }
    return List.copyOf(servers);
  }

  private static List<String> nameservers(Path file) {
    try {
      return Files.readAllLines(file).stream()
          .map(line -> line.strip().split("\\s+"))
          .filter(words -> words.length > 1 && words[0].equals("nameserver"))
          .map(words -> words[1])
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static Optional<InetAddress> literal(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
