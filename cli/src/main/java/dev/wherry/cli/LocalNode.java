package dev.wherry.cli;

import dev.wherry.apiserver.rest.Version;
import dev.wherry.kubelet.Kubelet;
import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.kubelet.identity.JoinToken;
import dev.wherry.kubelet.identity.NodeIdentity;
import dev.wherry.machinery.address.IpFamily;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.time.Timer;
import dev.wherry.network.addresses.AnnouncedAddresses;
import dev.wherry.network.bandwidth.PodBandwidths;
import dev.wherry.network.cni.PodNetworkFile;
import dev.wherry.network.dns.ClusterDns;
import dev.wherry.network.dns.DnsSettings;
import dev.wherry.network.dns.forward.HostResolver;
import dev.wherry.network.ingress.IngressSettings;
import dev.wherry.network.ingress.NodeProxy;
import dev.wherry.network.ingress.proxy.ProxyFigures;
import dev.wherry.network.nodes.PodNetwork;
import dev.wherry.network.policy.NetworkPolicies;
import dev.wherry.network.proxy.ServiceProxy;
import dev.wherry.network.relay.PodRelay;
import dev.wherry.network.sockets.ListeningSockets;
import dev.wherry.network.wireguard.WireGuardKey;
import dev.wherry.runtime.choice.NodeRuntime;
import dev.wherry.runtime.images.ImageStore;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The worker, the same one in a server's process and in an agent's: identity, images, runtime, pod
 * network, kubelet, tunnel. It joins by the server's URL; where the server is in this process its
 * requests then take the short way.
 */
final class LocalNode {
  private static final Logger LOG = System.getLogger(LocalNode.class.getName());

  private final Deque<AutoCloseable> parts;
  private final WorkerOptions options;
  private final Path data;
  private final Optional<Near> near;
  private final Timer timer;
  private final SecureRandom random;

  /**
   * The server in this process.
   *
   * @param api as this node
   * @param authority the cluster's CA
   */
  record Near(ApiClient api, X509Certificate authority) {}

  private LocalNode(
      Deque<AutoCloseable> parts,
      WorkerOptions options,
      Optional<Near> near,
      Timer timer,
      SecureRandom random) {
    this.parts = parts;
    this.options = options;
    this.near = near;
    this.data = options.dataDirectory();
    this.timer = timer;
    this.random = random;
  }

  /** Where a node's images and mirror state are kept below a data directory. */
  static ImageStore images(Path dataDirectory) {
    return new ImageStore(dataDirectory.resolve("images"));
  }

  /**
   * Starts the parts in order.
   *
   * @param parts takes them; its owner closes them in reverse
   * @param ahead the runtime, under way since the program began
   * @param token for a node that has not joined yet
   * @param near where the server is in this process
   * @throws IOException with a sentence for the user
   */
  static void start(
      Deque<AutoCloseable> parts,
      WorkerOptions options,
      RuntimeAhead ahead,
      Optional<JoinToken> token,
      Optional<Near> near,
      Timer timer,
      SecureRandom random)
      throws IOException, InterruptedException {
    new LocalNode(parts, options, near, timer, random).start(ahead, token);
  }

  private void start(RuntimeAhead ahead, Optional<JoinToken> token)
      throws IOException, InterruptedException {
    Optional<WireGuardKey> key = options.network().key(data, random);
    NodeIdentity identity = opened(identity(token));
    ApiClient api = near.map(Near::api).orElse(identity.api());
    ListeningSockets sockets = opened(NodeSockets.open(data)).sockets();
    ProxyFigures figures = new ProxyFigures();
    serviceProxy(api, sockets, figures);
    List<String> ips = nodeIps(api);
    DnsChoice dns = dns(api);
    if (dns.builtIn()) {
      opened(ClusterDns.start(api, settings(dns, ips), sockets, timer, random));
    }
    AnnouncedAddresses addresses = opened(AnnouncedAddresses.start(api, options.nodeName(), timer));
    if (options.ingress().served()) {
      IngressSettings ingress = options.ingress().settings(options.nodeName(), sockets);
      opened(NodeProxy.start(api, ingress, figures, addresses::ingressPorts, timer, random));
    }
    NodeRuntime runtime = ahead.await();
    PodRelay relay = opened(new PodRelay());
    podNetwork(api, runtime, relay, key);
    Kubelet kubelet = kubelet(identity, api, runtime, dns, ips);
    TunnelRole tunnel = opened(tunnel(identity, kubelet.serverPort(), relay));
    if (near.isEmpty()) {
      opened(AddressWatch.start(options.server(), tunnel.tunnel()::reconnect, timer));
    }
    ahead.keep();
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }

  private NodeIdentity identity(Optional<JoinToken> token)
      throws IOException, InterruptedException {
    return NodeIdentity.establish(
        new NodeIdentity.Settings(
            options.server(),
            options.identityDirectory(),
            options.nodeName(),
            AlternativeNames.of(names()),
            near.map(Near::authority)),
        token,
        timer,
        random,
        random);
  }

  private List<String> names() {
    return Stream.of(options.nodeName(), options.nodeIp(), options.secondIp())
        .filter(name -> !name.isEmpty())
        .toList();
  }

  /**
   * Its table is also what pods of our network leave the cluster by. Where nothing of it is wanted,
   * what an earlier start left in the kernel would be in the way of another's.
   */
  private void serviceProxy(ApiClient api, ListeningSockets sockets, ProxyFigures figures)
      throws InterruptedException {
    NetworkChoice network = options.network();
    if (network.services() || network.pods()) {
      ServiceProxy.Setup setup =
          new ServiceProxy.Setup(
              options.nodeName(), network.services(), network.pods(), sockets, figures::page);
      opened(ServiceProxy.start(api, setup, timer));
      return;
    }
    try {
      ServiceProxy.remove();
    } catch (IOException e) {
      LOG.log(Level.INFO, "service table not removed why=\"{0}\"", e.getMessage());
    }
  }

  /** Another's pod network finds ours gone, so that its configuration is the runtime's. */
  private void podNetwork(
      ApiClient api, NodeRuntime runtime, PodRelay relay, Optional<WireGuardKey> key)
      throws IOException {
    PodNetworkFile file = new PodNetworkFile(runtime.cniDirectory(), data.resolve("cni/leases"));
    if (options.network().pods()) {
      opened(NetworkPolicies.start(api, options.nodeName(), timer));
      opened(PodBandwidths.start(api, options.nodeName(), timer));
      opened(PodNetwork.start(api, options.nodeName(), file, relay, key, timer));
    } else {
      boolean _ = file.remove();
    }
  }

  /** The server's own worker is told the address, agents ask for it. */
  private DnsChoice dns(ApiClient api) throws IOException, InterruptedException {
    DnsChoice dns = options.dns();
    return dns.builtIn() && dns.addresses().isEmpty()
        ? dns.at(new ClusterFacts(api, data, timer).dnsAddress())
        : dns;
  }

  private DnsSettings settings(DnsChoice dns, List<String> ips) {
    return DnsSettings.of(options.nodeName(), ips.getFirst(), dns.addresses(), dns.forwardRules());
  }

  /**
   * This node's addresses, the cluster's first family first. What an agent was not told is looked
   * for on the interface of the address by which it reaches the server.
   */
  private List<String> nodeIps(ApiClient api) throws IOException, InterruptedException {
    List<String> told =
        Stream.of(options.nodeIp(), options.secondIp()).filter(ip -> !ip.isEmpty()).toList();
    if (near.isPresent() || told.size() > 1) {
      return told;
    }
    String beside = HostAddress.beside(options.nodeIp());
    List<String> found = new ArrayList<>();
    for (IpFamily family : new ClusterFacts(api, data, timer).families()) {
      Stream.of(options.nodeIp(), beside)
          .filter(ip -> !ip.isEmpty() && IpFamily.of(ip) == family)
          .forEach(found::add);
    }
    if (found.isEmpty()) {
      LOG.log(Level.WARNING, "no address of the cluster's IP family; give --node-ip");
    }
    return found.isEmpty() ? told : List.copyOf(found);
  }

  private Kubelet kubelet(
      NodeIdentity identity, ApiClient api, NodeRuntime runtime, DnsChoice dns, List<String> ips)
      throws IOException, InterruptedException {
    KubeletConfig config =
        KubeletConfig.of(
                options.nodeName(),
                ips.getFirst(),
                data.resolve("kubelet"),
                runtime.endpoint(),
                Version.GIT_VERSION)
            .withNodeIps(ips)
            .withImageEndpoint(runtime.imageEndpoint())
            .withServerPort(options.kubeletPort())
            .withClusterDns(dns.addresses(), DnsSettings.DOMAIN, HostResolver.system().file())
            .withLabelsAndTaints(options.labels(), options.taints());
    Kubelet kubelet =
        Kubelet.start(
            NodeConfiguration.complete(config, options),
            api,
            identity::serving,
            List.of(identity.authority()),
            identity::write,
            timer,
            random);
    parts.push(() -> {
      Optional<Duration> withPods = Shutdown.grace(data);
      if (withPods.isPresent()) {
        kubelet.closeWithPods(withPods.get());
      } else {
        kubelet.close();
      }
    });
    return kubelet;
  }

  private TunnelRole tunnel(NodeIdentity identity, int kubeletPort, PodRelay relay) {
    return TunnelRole.start(
        options.server(),
        identity::client,
        identity.authority(),
        kubeletPort,
        relay::take,
        identity.api()::abandonConnections,
        random);
  }
}
