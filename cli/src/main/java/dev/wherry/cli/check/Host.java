package dev.wherry.cli.check;

import dev.wherry.kubelet.resource.CgroupRoot;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.network.nodes.PodNetwork;
import dev.wherry.network.proxy.LegacyFilter;
import dev.wherry.network.rules.Cidr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * This host as the kernel shows it. Files are read below a root, so that a test lays out its own.
 *
 * @param root the file system's root
 * @param firewall what of the host's packet filter would be in the way of pods with such addresses
 */
public record Host(Path root, Function<AddressRange, Optional<String>> firewall) {
  /** RTF_LOCAL and RTF_REJECT of linux/route.h and ipv6_route.h. */
  private static final long HOSTS_OWN = 0x8000_0200L;

  /** fe80::/10 and ff00::/8, which every interface has. */
  private static final Pattern LINK_ONLY = Pattern.compile("(fe[89ab]|ff).*");

  private static final List<String> PROGRAM_FOLDERS =
      List.of("usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin");

  /** The machine this process runs on. */
  public static Host here() {
    return new Host(Path.of("/"), Host::legacyFilter);
  }

  private static Optional<String> legacyFilter(AddressRange pods) {
    try {
      return LegacyFilter.objection(Cidr.parse(pods.toString()));
    } catch (IOException e) {
      // Only root may read it, and a look says that first.
      return Optional.empty();
    }
  }

  /** The file's text, or empty where there is none or it cannot be read. */
  String read(String file) {
    try {
      return Files.readString(root.resolve(file));
    } catch (IOException e) {
      return "";
    }
  }

  boolean exists(String file) {
    return Files.exists(root.resolve(file));
  }

  /** Effective user id of this process; -1 where the kernel does not say. */
  int user() {
    return read("proc/self/status")
        .lines()
        .filter(line -> line.startsWith("Uid:"))
        .map(line -> Integer.parseInt(line.split("\\s+", -1)[2]))
        .findFirst()
        .orElse(-1);
  }

  /** Bytes of memory, or less where cgroups made here are limited to less. */
  long memoryBytes() {
    long total =
        read("proc/meminfo")
            .lines()
            .filter(line -> line.startsWith("MemTotal:"))
            .map(line -> Long.parseLong(line.split("\\s+", -1)[1]) << 10)
            .findFirst()
            .orElse(Long.MAX_VALUE);
    return new CgroupRoot(root.resolve("sys/fs/cgroup")).memoryBytes(total);
  }

  /** Names of the cgroup controllers the kernel offers, of version 1 and 2. */
  Set<String> controllers() {
    Set<String> names = new TreeSet<>();
    for (String name : read("sys/fs/cgroup/cgroup.controllers").strip().split("\\s+", -1)) {
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    read("proc/cgroups")
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("\\s+", -1))
        .filter(fields -> fields.length > 3 && fields[3].equals("1"))
        .filter(fields -> names.contains(fields[0]) || exists("sys/fs/cgroup/" + fields[0]))
        .forEach(fields -> names.add(fields[0]));
    return names;
  }

  /** Whether the kernel has a module, within it, loaded or ready to be loaded. */
  boolean hasModule(String name) {
    String modules = "lib/modules/" + read("proc/sys/kernel/osrelease").strip() + "/modules.";
    Pattern listed = Pattern.compile("^[^:]*/" + name + "\\.ko(\\.[a-z0-9]+)?(:|$)");
    return exists("sys/module/" + name)
        || Stream.of("dep", "builtin")
            .flatMap(list -> read(modules + list).lines())
            .anyMatch(line -> listed.matcher(line).find());
  }

  /** Names of running programs, as the kernel keeps them (15 characters at most). */
  Set<String> programs() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> folders = Files.list(root.resolve("proc"))) {
      folders
          .map(folder -> folder.getFileName().toString())
          .filter(name -> Character.isDigit(name.charAt(0)))
          .map(name -> read("proc/" + name + "/comm").strip())
          .filter(name -> !name.isEmpty())
          .forEach(names::add);
    }
    return names;
  }

  /** Where a program lies, in the order of root's usual PATH; a name with a path lies there. */
  Optional<Path> program(String name) {
    if (name.startsWith("/")) {
      return Optional.of(root.resolve(name.substring(1))).filter(Files::isExecutable);
    }
    return PROGRAM_FOLDERS.stream()
        .map(folder -> root.resolve(folder).resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The routes of this host but the default ones and those of pods and nodes of ours. */
  List<Route> routes() {
    List<Route> routes = routes4();
    routes.addAll(routes6());
    return routes;
  }

  /**
   * Fields: destination, its prefix, source, its prefix, gateway, metric, two counts, flags, owner.
   */
  private List<Route> routes6() {
    return read("proc/net/ipv6_route")
        .lines()
        .map(line -> line.strip().split("\\s+", -1))
        .filter(fields -> fields.length > 9 && !fields[1].equals("00"))
        .filter(fields -> (Long.parseLong(fields[8], 16) & HOSTS_OWN) == 0)
        .filter(fields -> !LINK_ONLY.matcher(fields[0]).matches())
        .filter(fields -> !isOurs(fields[9], metric6(fields[5]), fields[1].equals("80")))
        .map(fields ->
            new Route(
                AddressRange.of(
                    HexFormat.of().parseHex(fields[0]), Integer.parseInt(fields[1], 16)),
                fields[9]))
        .toList();
  }

  private static String metric6(String hex) {
    return String.valueOf(Long.parseLong(hex, 16));
  }

  private List<Route> routes4() {
    List<Route> routes = new ArrayList<>();
    read("proc/net/route")
        .lines()
        .skip(1)
        .map(line -> line.split("\\s+", -1))
        .filter(fields -> fields.length > 7 && !fields[7].equals("00000000"))
        .filter(fields -> !isOurs(fields[0], fields[6], fields[7].equals("FFFFFFFF")))
        .forEach(fields ->
            routes.add(
                new Route(
                    AddressRange.of(
                        littleEndian(Integer.parseUnsignedInt(fields[1], 16)),
                        Integer.bitCount(Integer.parseUnsignedInt(fields[7], 16))),
                    fields[0])));
    return routes;
  }

  /** Pods that outlived their program have a route each to their veth. */
  private static boolean isOurs(String owner, String metric, boolean single) {
    return owner.startsWith("wherry")
        || metric.equals(String.valueOf(PodNetwork.ROUTE_METRIC))
        || metric.equals(String.valueOf(PodNetwork.CLOSED_METRIC))
        || (owner.startsWith("veth") && single);
  }

  private static byte[] littleEndian(int number) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array();
  }

  /** Bytes free where this folder is, or will be made. */
  long diskFreeBytes(Path folder) throws IOException {
    Path place = folder.toAbsolutePath();
    while (!Files.exists(place) && place.getParent() != null) {
      place = place.getParent();
    }
    return Files.getFileStore(place).getUsableSpace();
  }

  /** Whether nobody listens on this TCP port. */
  boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether somebody serves this Unix socket. */
  boolean answers(Path socket) {
    if (!Files.exists(root.resolve(socket.toString().substring(1)))) {
      return false;
    }
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
