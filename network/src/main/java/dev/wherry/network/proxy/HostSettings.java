package dev.wherry.network.proxy;

import dev.wherry.network.rules.AddressFamily;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * The kernel's settings that Services need. Each change is said once; a setting that cannot be
 * written is said with what it would have been for. On the netlink thread, because {@code
 * /proc/sys/net} shows the namespace of the thread that opens it.
 */
final class HostSettings {
  private static final Logger LOG = System.getLogger(HostSettings.class.getName());
  private static final Path ROOT = Path.of("/proc/sys/net");

  private final Set<String> refused = new HashSet<>();

  /** Lets this host forward packets of a family. */
  void forward(AddressFamily family) {
    String setting = family == AddressFamily.V4 ? "ipv4/ip_forward" : "ipv6/conf/all/forwarding";
    boolean _ = enable(setting, "pods are reached by forwarding");
  }

  /** Makes packets between ports of a bridge pass nftables; false when this kernel cannot. */
  boolean filterBridges() {
    return enable("bridge/bridge-nf-call-iptables", "pods of one node reach each other by Service")
        && enable("bridge/bridge-nf-call-ip6tables", "the same for IPv6");
  }

  private boolean enable(String setting, String why) {
    Path file = ROOT.resolve(setting);
    try {
      if (!Files.exists(file)) {
        return false;
      }
      String before = Files.readString(file).trim();
      if (!before.equals("1")) {
        Files.writeString(file, "1\n");
        LOG.log(
            Level.INFO,
            "changed setting=net/{0} from={1} to=1 because=\"{2}\"",
            setting,
            before,
            why);
      }
      return true;
    } catch (IOException e) {
      if (refused.add(setting)) {
        LOG.log(
            Level.WARNING,
            "cannot set setting=net/{0} needed=1 because=\"{1}\" why=\"{2}\"",
            setting,
            why,
            e.getMessage());
      }
      return false;
    }
  }
}
