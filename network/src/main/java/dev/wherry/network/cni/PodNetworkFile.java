package dev.wherry.network.cni;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the conflist (CNI specification 1.0.0): plugin {@code ptp}, a veth pair with a host route
 * for each pod, with {@code host-local} addresses from the node's podCIDR, then {@code portmap}.
 * Interfaces and leases belong to the kernel and to files, so pods keep their addresses and gateway
 * while Wherry is down.
 */
public final class PodNetworkFile {
  /** The network's name; leases are kept under it. */
  public static final String NETWORK = "wherry";

  private static final String FILE = "10-wherry.conflist";
  private static final String VERSION = "1.0.0";

  private final Path directory;
  private final Path leases;

  /**
   * @param directory of CNI configurations, usually {@code <data>/cni/net.d}
   * @param leases where host-local keeps addresses in use, usually {@code <data>/cni/leases}
   */
  public PodNetworkFile(Path directory, Path leases) {
    this.directory = directory;
    this.leases = leases;
  }

  /**
   * Writes the configuration for a node's ranges, one per IP family; false when it stood there
   * already. Runtimes notice by themselves.
   *
   * @param mtu of pods' interfaces, in bytes
   * @throws IllegalArgumentException when a range is no CIDR
   */
  public boolean write(List<String> podCidrs, int mtu) throws IOException {
    byte[] wanted = Json.write(conflist(podCidrs, mtu));
    Path target = directory.resolve(FILE);
    if (Files.exists(target) && Arrays.equals(Files.readAllBytes(target), wanted)) {
      return false;
    }
    Files.createDirectories(directory);
    Path fresh = Files.createTempFile(directory, "wherry", ".new");
    Files.write(fresh, wanted);
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return true;
  }

  /** Takes the configuration away, for another pod network's; false when there was none. */
  public boolean remove() throws IOException {
    return Files.deleteIfExists(directory.resolve(FILE));
  }

  private ObjectNode conflist(List<String> podCidrs, int mtu) {
    if (podCidrs.isEmpty()) {
      throw new IllegalArgumentException("no pod CIDR");
    }
    ObjectNode list = Json.object().put("cniVersion", VERSION).put("name", NETWORK);
    ArrayNode plugins = list.putArray("plugins");
    // What leaves the cluster is masqueraded by the Service proxy's table.
    ObjectNode pair = plugins.addObject().put("type", "ptp").put("ipMasq", false).put("mtu", mtu);
    ObjectNode ipam = pair.putObject("ipam").put("type", "host-local");
    ipam.put("dataDir", leases.toAbsolutePath().toString());
    ArrayNode ranges = ipam.putArray("ranges");
    ArrayNode routes = ipam.putArray("routes");
    for (String cidr : podCidrs) {
      boolean v6 = isV6(cidr);
      ranges.addArray().addObject().put("subnet", cidr);
      routes.addObject().put("dst", v6 ? "::/0" : "0.0.0.0/0");
    }
    plugins.addObject().put("type", "portmap").putObject("capabilities").put("portMappings", true);
    return list;
  }

  private static boolean isV6(String cidr) {
    String[] parts = cidr.split("/", -1);
    try {
      InetAddress address = InetAddress.ofLiteral(parts[0]);
      int bits = address.getAddress().length * 8;
      if (parts.length == 2 && parts[1].matches("\\d{1,3}") && Integer.parseInt(parts[1]) <= bits) {
        return bits == 128;
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + cidr + "' is no CIDR", e);
    }
    throw new IllegalArgumentException("'" + cidr + "' is no CIDR");
  }
}
