package dev.wherry.network.proxy;

import dev.wherry.network.rules.AddressFamily;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
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
  private static final String FORWARDING6 = "ipv6/conf/all/forwarding";

  /** What new interfaces, such as pods', begin with. */
  private static final Set<String> TEMPLATES = Set.of("all", "default");

  private final Set<String> refused = new HashSet<>();

  /** Lets this host forward packets of a family. */
  void forward(AddressFamily family) {
    String setting = family == AddressFamily.V4 ? "ipv4/ip_forward" : FORWARDING6;
    if (family == AddressFamily.V6 && "0".equals(read(ROOT.resolve(FORWARDING6)))) {
      keepAdvertisedRoutes();
    }
    boolean _ = enable(setting, "pods are reached by forwarding");
  }

  /**
   * A host that forwards IPv6 hears router advertisements only where it is told to (2): interfaces
   * that did before go on (ip-sysctl, accept_ra).
   */
  private void keepAdvertisedRoutes() {
    try (DirectoryStream<Path> faces = Files.newDirectoryStream(ROOT.resolve("ipv6/conf"))) {
      for (Path face : faces) {
        String name = face.getFileName().toString();
        Path heard = face.resolve("accept_ra");
        if (!TEMPLATES.contains(name) && "1".equals(read(heard))) {
          write("ipv6/conf/" + name + "/accept_ra", "1", "2", "a default route may come by it");
        }
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "router advertisements may go unheard why=\"{0}\"", e.getMessage());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).trim();
    } catch (IOException e) {
      return "";
    }
  }

  private static void write(String setting, String before, String now, String why)
      throws IOException {
    Files.writeString(ROOT.resolve(setting), now + "\n");
    LOG.log(
        Level.INFO,
        "changed setting=net/{0} from={1} to={2} because=\"{3}\"",
        setting,
        before,
        now,
        why);
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
        write(setting, before, "1", why);
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
