package dev.wherry.cli.machines;

import dev.wherry.cli.cluster.Daemon;
import dev.wherry.machinery.address.ClusterRanges;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code wherry cluster}: a cluster of several nodes on this machine. */
@Command(
    name = "cluster",
    description = {
      "Run a cluster of several nodes on this machine, each in namespaces of its own.",
      "Called again it starts what does not run, and adds nodes."
    },
    mixinStandardHelpOptions = true)
public final class MachinesCommand implements Callable<Integer> {
  private static final int NODES_MAX = 50;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "How many nodes, the server's included (default: ${DEFAULT-VALUE}).",
      defaultValue = "2")
  private int nodes = 2;

  @Option(
      names = "--name",
      description = "Which cluster, where there are several (default: ${DEFAULT-VALUE}).",
      defaultValue = "lab")
  private String name = "lab";

  @Option(
      names = "--dir",
      paramLabel = "FOLDER",
      description = "Below which a folder of that name keeps all (default: ${DEFAULT-VALUE}).",
      defaultValue = "/var/lib/wherry-clusters")
  private Path folder = Path.of("/var/lib/wherry-clusters");

  @Option(
      names = "--nat",
      description = "Put each agent behind a router that masquerades and lets no connection in.")
  private boolean nat;

  @Option(
      names = "--ipv6",
      description =
          "Give machines addresses of IPv6 alone; pods and Services have "
              + ClusterRanges.PODS6_USUAL
              + " and "
              + ClusterRanges.SERVICES6_USUAL
              + " unless --up says otherwise.")
  private boolean ipv6;

  @Option(
      names = "--memory",
      paramLabel = "BYTES",
      description = "What each node that is made now has, such as 512Mi (default: all there is).")
  private String memory = "";

  @Option(
      names = "--cpus",
      paramLabel = "N",
      description = "Likewise of CPUs, such as 1 or 500m (default: all there are).")
  private String cpus = "";

  @Option(names = "--busybox", description = "Import this host's busybox on every node.")
  private boolean busybox;

  @Option(
      names = "--up",
      paramLabel = "FLAG",
      description = "A flag of 'wherry up' for the server, such as --up=--load-balancer-pool=...")
  private List<String> upFlags = List.of();

  @Option(
      names = "--link",
      paramLabel = "N:STATE",
      description = {
        "Only change machine N's link: down, up, or delay=100ms,loss=5%% (either), each way.",
        "Delay needs the kernel's netem."
      })
  private List<String> links = List.of();

  @Option(names = "--delete", description = "End all nodes with their pods and remove them.")
  private boolean delete;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (nodes < 1 || nodes > NODES_MAX) {
      throw new IllegalArgumentException("--nodes " + nodes + ": 1 to " + NODES_MAX);
    }
    Limits limits = Limits.parse(memory, cpus);
    Path own = folder.toAbsolutePath().normalize().resolve(name);
    if (nat && ipv6) {
      throw new IllegalArgumentException("--nat and --ipv6: routers masquerade IPv4 only");
    }
    Wiring wiring = new Wiring(name, ipv6 || Machines.isSix(own));
    Machines machines = new Machines(wiring, own, Daemon.program(), System.out::println);
    if (delete) {
      machines.delete();
      System.out.println("removed " + own);
      return 0;
    }
    if (!links.isEmpty()) {
      machines.link(links.stream().map(LinkState::parse).toList());
      return 0;
    }
    machines.up(nodes, nat, limits, busybox, upFlags);
    System.out.println("export KUBECONFIG=" + machines.kubeconfig());
    return 0;
  }
}
