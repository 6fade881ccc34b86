package dev.wherry.cli;

import dev.wherry.apiserver.ApiChoices;
import dev.wherry.apiserver.ApiServer;
import dev.wherry.apiserver.ApiServerConfig;
import dev.wherry.apiserver.ProtectionConfig;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.kubelet.image.ImageCredentials;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.runtime.choice.RuntimeChoice;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.store.Store;
import dev.wherry.store.horizon.HorizonKeeper;
import dev.wherry.store.horizon.HorizonPolicy;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The control plane: its parts start in this order and stop in the reverse one. */
public final class ServerRole implements AutoCloseable {
  /**
   * What a server is started with.
   *
   * @param port 0 for any free one
   * @param hosts for the serving certificate, beside the usual ones
   * @param nodeIp this host's address as pods reach it
   * @param secondIp the same of the other IP family; "" to look for it where the cluster has one
   * @param worker whether pods run here too
   * @param runtime of the worker
   * @param labels put on the worker's node
   * @param taints put on the worker's node when it is made
   * @param protection of the API
   * @param choices what else it may be told
   * @param dns who answers the cluster's DNS
   * @param controllers what they may be told
   * @param ingress where Ingresses and Gateways are served
   * @param network which parts of the worker's are Wherry's own
   * @param kubeletFile the worker's KubeletConfiguration; "" for none
   * @param imageCredentials who else than pods' secrets knows credentials of registries
   * @param scheduling how pods are placed
   * @param ranges that the cluster is to have
   */
  public record Options(
      Path dataDirectory,
      String bindAddress,
      int port,
      List<String> hosts,
      String nodeName,
      String nodeIp,
      String secondIp,
      int kubeletPort,
      boolean worker,
      RuntimeChoice runtime,
      Map<String, String> labels,
      List<Taint> taints,
      ProtectionConfig protection,
      ApiChoices choices,
      DnsChoice dns,
      ControllersConfig.Choices controllers,
      IngressChoice ingress,
      NetworkChoice network,
      String kubeletFile,
      ImageCredentials imageCredentials,
      SchedulerConfig scheduling,
      RangeChoice ranges) {
    public Options {
      hosts = List.copyOf(hosts);
      labels = Map.copyOf(labels);
      taints = List.copyOf(taints);
    }

    /** Any runtime, no labels, no taints, no files of protection, built-in DNS, usual ports. */
    public Options(
        Path dataDirectory,
        String bindAddress,
        int port,
        List<String> hosts,
        String nodeName,
        String nodeIp,
        int kubeletPort,
        boolean worker) {
      this(
          dataDirectory,
          bindAddress,
          port,
          hosts,
          nodeName,
          nodeIp,
          "",
          kubeletPort,
          worker,
          new RuntimeChoice.Auto(),
          Map.of(),
          List.of(),
          ProtectionConfig.NONE,
          ApiChoices.DEFAULT,
          DnsChoice.BUILT_IN,
          ControllersConfig.Choices.DEFAULT,
          IngressChoice.DEFAULT,
          NetworkChoice.BUILT_IN,
          "",
          ImageCredentials.NONE,
          SchedulerConfig.defaults(),
          RangeChoice.UNSAID);
    }

    private InetSocketAddress listen() {
      return new InetSocketAddress(bindAddress, port);
    }

    private WorkerOptions worker(int apiPort, ClusterRanges fixed) throws IOException {
      return new WorkerOptions(
          ApiServerConfig.url(listen(), apiPort),
          dataDirectory,
          nodeName,
          nodeIp,
          secondIp.isEmpty() && fixed.isDual() ? HostAddress.beside(nodeIp) : secondIp,
          kubeletPort,
          runtime,
          labels,
          taints,
          dns.at(fixed.dnsAddress()),
          ingress,
          network,
          kubeletFile,
          imageCredentials);
    }
  }

  private final Deque<AutoCloseable> parts;
  private final ApiServer api;
  private final Path kubeconfig;
  private boolean closed;

  private ServerRole(Deque<AutoCloseable> parts, ApiServer api, Path kubeconfig) {
    this.parts = parts;
    this.api = api;
    this.kubeconfig = kubeconfig;
  }

  /** Starts everything, or nothing. */
  public static ServerRole start(Options options) throws IOException, InterruptedException {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      ClusterRanges ranges = options.ranges().fix(options.dataDirectory());
      SystemTimer timer = new SystemTimer();
      parts.push(timer);
      parts.push(QuietHeap.start(timer));
      SecureRandom random = new SecureRandom();
      Optional<RuntimeAhead> ahead = Optional.empty();
      if (options.worker()) {
        ahead = Optional.of(RuntimeAhead.begin(options.worker(options.port(), ranges), timer));
        parts.push(ahead.get());
      }
      Store store =
          RocksStore.open(storeDirectory(options.dataDirectory()), RocksStoreConfig.defaults());
      parts.push(store);
      HorizonKeeper horizon = new HorizonKeeper(store, HorizonPolicy.defaults(), timer);
      horizon.start();
      parts.push(horizon);
      ApiServer api =
          ApiServer.start(
              ApiServerConfig.in(options.dataDirectory(), options.listen(), hosts(options))
                  .withServices(ranges.services())
                  .protectedBy(options.protection())
                  .with(options.choices()),
              store,
              timer,
              UUID::randomUUID,
              random);
      parts.push(api);
      Path kubeconfig = options.dataDirectory().resolve("admin.kubeconfig");
      parts.push(CertificateRenewal.start(api.pki(), api.url().toString(), kubeconfig, timer));
      ControlPlane.start(
          parts,
          api,
          options.nodeIp(),
          ranges,
          options.dns().serviceAddress(ranges),
          options.controllers(),
          options.ingress().served(),
          options.scheduling(),
          timer,
          random.nextLong());
      if (ahead.isPresent()) {
        ServerNode.start(
            parts, options.worker(api.port(), ranges), ahead.get(), api, timer, random);
      }
      return new ServerRole(parts, api, kubeconfig);
    } catch (RuntimeException | IOException | InterruptedException e) {
      stop(parts);
      throw e;
    }
  }

  /** Where the cluster's objects are kept; it is there once a server began. */
  static Path storeDirectory(Path dataDirectory) {
    return dataDirectory.resolve("store");
  }

  private static List<String> hosts(Options options) {
    List<String> hosts = new ArrayList<>(options.hosts());
    hosts.add(options.nodeIp());
    if (!options.secondIp().isEmpty()) {
      hosts.add(options.secondIp());
    }
    hosts.add(options.nodeName());
    hosts.add(ApiServerConfig.url(options.listen(), options.port()).getHost());
    return hosts;
  }

  public String url() {
    return api.url().toString();
  }

  public int port() {
    return api.port();
  }

  /** The administrator's kubeconfig, mode 0600. */
  public Path kubeconfig() {
    return kubeconfig;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      stop(parts);
    }
  }

  static void stop(Deque<AutoCloseable> parts) {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        System.getLogger(ServerRole.class.getName())
            .log(System.Logger.Level.WARNING, "stop=failed why=\"{0}\"", e.getMessage());
      }
    }
  }
}
