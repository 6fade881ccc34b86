package dev.wherry.network.proxy;

import dev.wherry.machinery.time.Timer;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.rules.Cidr;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks from time to time at what pods' packets need of the host and no notification tells: room in
 * the connection tracker, and legacy iptables. What stands in the way is told when it begins, in
 * one line with what to do. On its own thread.
 *
 * <p>It asks each half minute since there is nothing to wait for: the kernel's notifications about
 * the connection tracker are one message for each connection of every pod and none for a tracker
 * that is nearly full, a file of /proc/sys cannot be polled, and legacy iptables replaces a table
 * by setsockopt(2), which only the audit log hears of. A look is two short files and, where the
 * legacy modules are loaded, one getsockopt(2).
 */
final class HostWatch {
  private static final Logger LOG = System.getLogger(HostWatch.class.getName());
  private static final Duration PERIOD = Duration.ofSeconds(30);

  /** As upstream's node-problem-detector. */
  private static final long FULL_PERCENT = 90;

  private static final int NUMBER_BYTES_MAX = 32;
  private static final Path TRACKER = Path.of("/proc/sys/net/netfilter");

  private final NetlinkThread netlink;
  private final Supplier<List<Cidr>> pods;
  private final Consumer<Trouble> tell;
  private List<String> before = List.of();

  /**
   * Something that stands in pods' way.
   *
   * @param reason of the event about the node
   * @param message what it is and what to do
   */
  record Trouble(String reason, String message) {
    /**
     * A chain that drops and takes no rule of ours, as firewalld's where it alone may change it.
     */
    static Trouble refused(String chain, List<Cidr> pods) {
      String ranges = String.join(" ", pods.stream().map(Cidr::toString).toList());
      return new Trouble(
          "FirewallRefusesRules",
          "rules that let pods pass were refused in %s; where that is firewalld's: for r in %s; do firewall-cmd --zone=trusted --add-source=$r; done"
              .formatted(chain, ranges));
    }
  }

  /**
   * @param netlink whose thread is in the network namespace
   * @param pods ranges of the cluster's pods as far as they are known
   * @param tell takes each trouble once, when it begins
   */
  HostWatch(NetlinkThread netlink, Supplier<List<Cidr>> pods, Consumer<Trouble> tell) {
    this.netlink = netlink;
    this.pods = pods;
    this.tell = tell;
  }

  /** Looks until the thread is interrupted. */
  void run(Timer timer) {
    try {
      while (true) {
        try {
          look();
        } catch (IOException | RuntimeException e) {
          LOG.log(Level.DEBUG, "not looked at the host's packet filter", e);
        }
        timer.pause(PERIOD);
      }
    } catch (InterruptedException closed) {
      // The way to end.
    }
  }

  /** Looks once and tells what was not there the last time. */
  void look() throws IOException, InterruptedException {
    List<Trouble> found = netlink.call(_ -> find());
    found.stream().filter(trouble -> !before.contains(trouble.reason())).forEach(tell);
    before = found.stream().map(Trouble::reason).toList();
  }

  private List<Trouble> find() throws IOException {
    List<Trouble> found = new ArrayList<>();
    long limit = number("nf_conntrack_max");
    long entries = number("nf_conntrack_count");
    if (limit > 0 && entries * 100 >= limit * FULL_PERCENT) {
      found.add(
          new Trouble(
              "ConntrackFull",
              "the connection tracker holds %d of %d connections and refuses new ones when it is full: sysctl -w net.netfilter.nf_conntrack_max=%d"
                  .formatted(entries, limit, 2 * limit)));
    }
    for (Cidr range : pods.get()) {
      LegacyFilter.objection(range)
          .ifPresent(why -> found.add(new Trouble("LegacyIptablesDropsPods", why)));
    }
    return found;
  }

  /** 0 where the kernel does not say. It gives a setting to the first read alone, so at once. */
  private static long number(String file) throws IOException {
    Path path = TRACKER.resolve(file);
    if (!Files.exists(path)) {
      return 0;
    }
    try (InputStream in = Files.newInputStream(path)) {
      String text = new String(in.readNBytes(NUMBER_BYTES_MAX), StandardCharsets.US_ASCII);
      return Long.parseLong(text.strip());
    }
  }
}
