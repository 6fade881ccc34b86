package dev.wherry.cli;

import dev.wherry.controllers.ControllersConfig;
import dev.wherry.controllers.balancer.AddressPool;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.runtime.choice.RuntimeChoice;
import dev.wherry.scheduler.config.SchedulerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code server}, which {@code up} and {@code check} take as well. */
public final class ServerSettings {
  /** Where everything is kept unless told otherwise. */
  public static final String DATA_DIRECTORY = "/var/lib/wherry";

  @Option(
      names = "--data-dir",
      description = "Where everything is kept (default: ${DEFAULT-VALUE}).",
      defaultValue = DATA_DIRECTORY)
  private Path dataDirectory = Path.of(DATA_DIRECTORY);

  @Option(
      names = "--bind-address",
      description = "Address to listen on (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.0.0.0")
  private String bindAddress = "0.0.0.0";

  @Option(
      names = "--port",
      description = "Port of the API; 0 for any free one (default: ${DEFAULT-VALUE}).",
      defaultValue = "6443")
  private int port = 6443;

  @Option(
      names = "--tls-san",
      description = "A further name or address for the serving certificate; may be repeated.")
  private List<String> hosts = List.of();

  @Mixin private WorkerFlags worker = new WorkerFlags();

  @Mixin private ProtectionFlags protection = new ProtectionFlags();

  @Mixin private ApiFlags api = new ApiFlags();

  @Mixin private ControllerFlags controllers = new ControllerFlags();

  @Option(names = "--disable-agent", description = "Run no pods on this host.")
  private boolean agentDisabled;

  @Option(
      names = "--disable-local-path",
      description = "No default storage class: claims become no directories of nodes.")
  private boolean localPathDisabled;

  @Option(
      names = "--disable-load-balancer",
      description = "Services of type LoadBalancer are another's, such as MetalLB's.")
  private boolean loadBalancerDisabled;

  @Option(
      names = "--scheduler-config",
      paramLabel = "FILE",
      description = "A KubeSchedulerConfiguration: profiles, plugins, extenders.")
  private @Nullable Path schedulerFile;

  @Option(
      names = "--load-balancer-pool",
      paramLabel = "RANGE",
      split = ",",
      description =
          "Addresses of the nodes' own link that Services of type LoadBalancer get, such as"
              + " 10.0.0.240-10.0.0.250 or 10.0.1.0/28; one node answers for each. Without it they"
              + " get the nodes' addresses.")
  private List<String> loadBalancerPool = List.of();

  @Option(
      names = ClusterRanges.PODS_FLAG,
      paramLabel = "RANGE",
      description =
          "Private range of pods, IPv4 from /8 to /24, cut into a /24 for each node, or IPv6 from"
              + " /48 to /64, cut into a /64 (--node-cidr-mask-size); for two families both, such as"
              + " 10.42.0.0/16,fd00:42::/48; fixed at the first start (default: "
              + ClusterRanges.PODS_DEFAULT
              + ").")
  private String clusterCidr = "";

  @Option(
      names = ClusterRanges.SERVICES_FLAG,
      paramLabel = "RANGE",
      description =
          "Private range of Services, IPv4 from /12 to /27 or IPv6 from /64 to /123; for two"
              + " families both, such as 10.43.0.0/16,fd00:43::/112; fixed at the first start"
              + " (default: "
              + ClusterRanges.SERVICES_DEFAULT
              + ").")
  private String serviceCidr = "";

  /** Which ranges pods and Services are to have. */
  public RangeChoice ranges() {
    return new RangeChoice(clusterCidr, serviceCidr);
  }

  /**
   * The same as they are; nothing is written.
   *
   * @throws IOException with a sentence, when the data directory's cluster has others
   * @throws IllegalArgumentException with a sentence, when they are none that a cluster can have,
   *     or cannot be cut as asked
   */
  public ClusterRanges clusterRanges() throws IOException {
    ClusterRanges ranges = ranges().in(dataDirectory());
    controllers.masks().check(ranges);
    return ranges;
  }

  public Path dataDirectory() {
    return dataDirectory.toAbsolutePath().normalize();
  }

  public boolean worker() {
    return !agentDisabled;
  }

  /** Whether this host's agent answers the cluster's DNS. */
  public boolean answersDns() {
    return worker() && worker.dns().builtIn();
  }

  /** What pods are to run on, as the command line says. */
  public RuntimeChoice runtime() {
    return worker.runtime();
  }

  /** TCP ports that will be opened and are not left to chance. */
  public List<Integer> ports() {
    List<Integer> ports = new ArrayList<>();
    if (port > 0) {
      ports.add(port);
    }
    if (worker() && worker.kubeletPort() > 0) {
      ports.add(worker.kubeletPort());
    }
    return ports;
  }

  /** What a server role is started with; absent names and addresses are this host's. */
  public ServerRole.Options options() throws IOException {
    clusterRanges();
    return worker.server(
        dataDirectory(),
        bindAddress,
        port,
        hosts,
        worker(),
        protection.config(),
        api.choices(),
        controllers.choices(
            new ControllersConfig.BuiltIns(!localPathDisabled, !loadBalancerDisabled, pool())),
        schedulerFile == null ? SchedulerConfig.defaults() : SchedulerFile.read(schedulerFile),
        ranges());
  }

  /** Which parts of the worker's network are ours. */
  public NetworkChoice network() {
    return worker.network();
  }

  private AddressPool pool() {
    try {
      return AddressPool.parse(loadBalancerPool);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--load-balancer-pool " + e.getMessage(), e);
    }
  }

  /** The same settings as arguments of {@code wherry server}. */
  public List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add("--data-dir=" + dataDirectory());
    arguments.add("--bind-address=" + bindAddress);
    arguments.add("--port=" + port);
    hosts.forEach(host -> arguments.add("--tls-san=" + host));
    arguments.addAll(worker.arguments());
    arguments.addAll(protection.arguments());
    arguments.addAll(api.arguments());
    arguments.addAll(controllers.arguments());
    if (schedulerFile != null) {
      arguments.add("--scheduler-config=" + schedulerFile.toAbsolutePath().normalize());
    }
    if (agentDisabled) {
      arguments.add("--disable-agent");
    }
    if (localPathDisabled) {
      arguments.add("--disable-local-path");
    }
    if (loadBalancerDisabled) {
      arguments.add("--disable-load-balancer");
    }
    arguments.addAll(ranges().arguments());
    loadBalancerPool.forEach(range -> arguments.add("--load-balancer-pool=" + range));
    return arguments;
  }
}
