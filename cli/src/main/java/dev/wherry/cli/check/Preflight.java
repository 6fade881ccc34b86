package dev.wherry.cli.check;

import dev.wherry.cli.check.Finding.Blocked;
import dev.wherry.cli.check.Finding.Doubtful;
import dev.wherry.cli.check.Finding.Fine;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.machinery.address.ClusterRanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at a host before a cluster starts on it; changes nothing. */
public final class Preflight {
  /** Overlay file systems in namespaces and pidfd, both of which runtimes use, came before it. */
  private static final int KERNEL_MAJOR_MIN = 5;

  private static final Set<String> CONTROLLERS = Set.of("cpu", "memory", "pids");
  private static final long MEMORY_MIN_BYTES = 400L << 20;
  private static final long MEMORY_GOOD_BYTES = 1L << 30;
  private static final long DISK_MIN_BYTES = 512L << 20;
  private static final long DISK_GOOD_BYTES = 2L << 30;
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");

  /** Other clusters' programs, which own the same ports, bridges and cgroups. */
  private static final List<String> NEIGHBOURS =
      List.of("kubelet", "k3s-server", "k3s-agent", "k3s", "k0s", "kubelite");

  private static final List<String> CNI = List.of("opt/cni/bin", "usr/lib/cni");
  private static final String WIREGUARD = "wireguard";
  private static final List<String> CNI_PLUGINS =
      List.of("ptp", "host-local", "loopback", "portmap");

  /**
   * What is to run here.
   *
   * @param dataDirectory where it will write
   * @param ports TCP ports it will open
   * @param ranges addresses of pods and Services
   * @param rangesFixed whether they cannot be chosen any more
   * @param worker whether pods run here
   * @param encrypts whether pods' packets to other nodes are to be encrypted
   * @param runtime what they run on
   */
  public record Wanted(
      Path dataDirectory,
      List<Integer> ports,
      ClusterRanges ranges,
      boolean rangesFixed,
      boolean worker,
      boolean encrypts,
      WantedRuntime runtime) {
    public Wanted {
      ports = List.copyOf(ports);
    }
  }

  private final Host host;
  private final Wanted wanted;

  public Preflight(Host host, Wanted wanted) {
    this.host = host;
    this.wanted = wanted;
  }

  /** All findings, in the order in which a reader mends them. */
  public List<Finding> run() throws IOException {
    List<Finding> findings = new ArrayList<>();
    findings.add(user());
    findings.add(kernel());
    findings.add(memory());
    findings.add(disk());
    findings.add(neighbours());
    wanted.ports().forEach(port -> findings.add(port(port)));
    findings.addAll(ranges());
    if (wanted.worker()) {
      findings.add(cgroups());
      findings.add(overlay());
      findings.add(wanted.runtime().look(host));
      findings.add(cni());
      findings.add(firewall());
      if (wanted.encrypts()) {
        findings.add(encryption());
      }
    }
    return findings;
  }

  private Finding user() {
    return host.user() == 0
        ? new Fine("user", "root")
        : new Blocked(
            "user", "not root: containers and packet rules need it", "Call it with sudo.");
  }

  private Finding kernel() {
    String release = host.read("proc/sys/kernel/osrelease").strip();
    Matcher matcher = RELEASE.matcher(release);
    if (matcher.matches() && Integer.parseInt(matcher.group(1)) < KERNEL_MAJOR_MIN) {
      return new Blocked(
          "kernel", "Linux " + release + " is too old", "Use a kernel of version 5.0 or later.");
    }
    return new Fine("kernel", "Linux " + release);
  }

  private Finding memory() {
    long bytes = host.memoryBytes();
    String text = (bytes >> 20) + " MiB";
    if (bytes < MEMORY_MIN_BYTES) {
      return new Blocked("memory", text + " in all", "Give this machine 512 MiB or more.");
    }
    return bytes < MEMORY_GOOD_BYTES
        ? new Doubtful("memory", text + ": enough for the cluster and a few small pods")
        : new Fine("memory", text);
  }

  private Finding disk() throws IOException {
    long bytes = host.diskFreeBytes(wanted.dataDirectory());
    String text = (bytes >> 20) + " MiB free for " + wanted.dataDirectory();
    if (bytes < DISK_MIN_BYTES) {
      return new Blocked("disk", text, "Make room, or name another place with --data-dir.");
    }
    return bytes < DISK_GOOD_BYTES ? new Doubtful("disk", text) : new Fine("disk", text);
  }

  private Finding neighbours() throws IOException {
    Set<String> running = host.programs();
    Optional<String> other = NEIGHBOURS.stream().filter(running::contains).findFirst();
    if (other.isPresent()) {
      return new Blocked(
          "neighbours",
          other.get() + " runs here and owns the same bridges, cgroups and packet rules",
          "Stop it first, or use another machine.");
    }
    return running.contains("minikube")
        ? new Doubtful("neighbours", "minikube runs here; it shares the machine's memory")
        : new Fine("neighbours", "no other cluster runs here");
  }

  private Finding port(int port) {
    return host.isFree(port)
        ? new Fine("port", port + " is free")
        : new Blocked(
            "port",
            port + " is taken",
            "End the program that listens there ('ss -ltnp sport = :%d' names it), or choose another with --port or --kubelet-port."
                .formatted(port));
  }

  /** Another range is proposed that no route, no other range and no other proposal overlaps. */
  private List<Finding> ranges() {
    List<Route> routes = host.routes();
    List<AddressRange> taken = new ArrayList<>(routes.stream().map(Route::range).toList());
    taken.addAll(wanted.ranges().pods());
    taken.addAll(wanted.ranges().services());
    List<Finding> findings = new ArrayList<>();
    findings.addAll(ranges("pods", ClusterRanges.PODS_FLAG, wanted.ranges().pods(), routes, taken));
    findings.addAll(
        ranges("Services", ClusterRanges.SERVICES_FLAG, wanted.ranges().services(), routes, taken));
    return findings;
  }

  private List<Finding> ranges(
      String owner,
      String flag,
      List<AddressRange> ranges,
      List<Route> routes,
      List<AddressRange> taken) {
    List<Finding> findings = new ArrayList<>();
    for (AddressRange range : ranges) {
      Optional<Route> route =
          routes.stream().filter(other -> other.range().overlaps(range)).findFirst();
      if (route.isEmpty()) {
        findings.add(new Fine("addresses", range + " for " + owner));
        continue;
      }
      findings.add(
          new Blocked(
              "addresses",
              "%s (%s) overlaps the route %s of interface %s"
                  .formatted(range, owner, route.get().range(), route.get().face()),
              wanted.rangesFixed()
                  ? "Remove that route, or leave that network; a cluster keeps the ranges of its first start."
                  : choice(flag, range, ranges, taken)));
    }
    return findings;
  }

  /** Of two families the other one stays as it is. */
  private static String choice(
      String flag, AddressRange range, List<AddressRange> ranges, List<AddressRange> taken) {
    Optional<AddressRange> free =
        ClusterRanges.another(range, other -> taken.stream().noneMatch(other::overlaps));
    free.ifPresent(taken::add);
    return free.map(other ->
            "Choose another range with %s=%s."
                .formatted(
                    flag,
                    ClusterRanges.text(
                        ranges.stream().map(one -> one.equals(range) ? other : one).toList())))
        .orElse("Choose a smaller range with %s, or leave that network.".formatted(flag));
  }

  private Finding cgroups() {
    Set<String> missing = new TreeSet<>(CONTROLLERS);
    missing.removeAll(host.controllers());
    return missing.isEmpty()
        ? new Fine("cgroups", host.exists("sys/fs/cgroup/cgroup.controllers") ? "v2" : "v1")
        : new Blocked(
            "cgroups",
            "no controller " + String.join(", ", missing),
            "Boot with cgroup_enable=memory cgroup_memory=1, or mount the cgroup file systems.");
  }

  private Finding overlay() {
    boolean known =
        host.read("proc/filesystems").lines().anyMatch(line -> line.strip().endsWith("overlay"));
    return known
        ? new Fine("images", "overlayfs")
        : new Doubtful("images", "the kernel has not loaded overlayfs yet; the runtime tries to");
  }

  private Finding encryption() {
    return host.hasModule(WIREGUARD)
        ? new Fine("encryption", "WireGuard")
        : new Blocked(
            "encryption",
            "this kernel has no WireGuard",
            "Load its module (modprobe wireguard), install a kernel that has it, or leave"
                + " --node-encryption out.");
  }

  /** What nftables' rules cannot undo; the rules of others ours pass by themselves. */
  private Finding firewall() {
    List<String> objections =
        wanted.ranges().pods().stream()
            .flatMap(range -> host.firewall().apply(range).stream())
            .toList();
    return objections.isEmpty()
        ? new Fine("packet filter", "lets pods pass")
        : new Doubtful("packet filter", String.join("; ", objections));
  }

  private Finding cni() {
    for (String folder : CNI) {
      Path place = host.root().resolve(folder);
      if (CNI_PLUGINS.stream().allMatch(plugin -> Files.isExecutable(place.resolve(plugin)))) {
        return new Fine("pod network", "CNI plugins in /" + folder);
      }
    }
    return new Blocked(
        "pod network",
        "no CNI plugins " + String.join(", ", CNI_PLUGINS),
        "apt-get install containernetworking-plugins");
  }
}
