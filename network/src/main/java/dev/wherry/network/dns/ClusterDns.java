package dev.wherry.network.dns;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.dns.NodeDns;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.Bytes;
import dev.wherry.network.announce.NodeAnnotation;
import dev.wherry.network.dns.forward.ForwardFigures;
import dev.wherry.network.dns.forward.ForwardRule;
import dev.wherry.network.dns.forward.Forwarder;
import dev.wherry.network.dns.forward.LoopGuard;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.server.DnsFigures;
import dev.wherry.network.dns.server.DnsServer;
import dev.wherry.network.dns.zone.ClusterZone;
import dev.wherry.network.dns.zone.ZoneKeeper;
import dev.wherry.network.sockets.ListeningSockets;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A node's DNS: it answers at a port of the node's address and says so on the Node; a controller
 * makes an endpoint of the Service {@code kube-dns} of it, and the Service's traffic policy keeps
 * each pod's questions on its node.
 */
public final class ClusterDns implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ClusterDns.class.getName());

  /** Questions wait for the names in the sockets, not longer than a resolver waits. */
  private static final Duration NAMES_MAX = Duration.ofSeconds(3);

  private final ZoneKeeper keeper;
  private final DnsServer server;
  private final NodeAnnotation announcement;

  private ClusterDns(ZoneKeeper keeper, DnsServer server, NodeAnnotation announcement) {
    this.keeper = keeper;
    this.server = server;
    this.announcement = announcement;
  }

  /**
   * Starts to answer as soon as the cluster's names are known. When the API is silent it starts
   * without them, and until they are known they fail rather than not exist.
   *
   * @param sockets where those it listens on come from
   * @param random for ids: not to be guessed
   * @throws IOException when the node's address cannot be listened on
   */
  public static ClusterDns start(
      ApiClient api,
      DnsSettings settings,
      ListeningSockets sockets,
      Timer timer,
      RandomGenerator random)
      throws IOException, InterruptedException {
    DomainName domain = DomainName.of(settings.domain());
    List<Bytes> servers =
        settings.serviceAddresses().stream()
            .map(text -> Bytes.copyOf(InetAddress.ofLiteral(text).getAddress()))
            .toList();
    ClusterZone zone = new ClusterZone(domain, servers, timer);
    ZoneKeeper keeper = ZoneKeeper.start(api, zone, timer);
    DnsServer server;
    try {
      boolean _ = keeper.awaitKnown(NAMES_MAX);
      server = bind(settings, zone, sockets, timer, random);
    } catch (IOException | InterruptedException e) {
      keeper.close();
      throw e;
    }
    NodeDns ports = new NodeDns(server.port(), server.metricsPort());
    LOG.log(
        Level.INFO,
        "dns answers node={0} address={1} ports={2} domain={3}",
        settings.nodeName(),
        settings.address(),
        ports.text(),
        settings.domain());
    NodeAnnotation announcement =
        NodeAnnotation.start(api, settings.nodeName(), NodeDns.ANNOTATION, timer);
    announcement.say(ports.text());
    return new ClusterDns(keeper, server, announcement);
  }

  private static DnsServer bind(
      DnsSettings settings,
      ClusterZone zone,
      ListeningSockets sockets,
      Timer timer,
      RandomGenerator random)
      throws IOException, InterruptedException {
    try {
      return DnsServer.start(
          setup(settings, zone, sockets, settings.port(), settings.metricsPort(), timer, random));
    } catch (IOException e) {
      LOG.log(Level.INFO, "dns takes other ports why=\"{0}\"", e.getMessage());
      return DnsServer.start(setup(settings, zone, sockets, 0, 0, timer, random));
    }
  }

  private static DnsServer.Setup setup(
      DnsSettings settings,
      ClusterZone zone,
      ListeningSockets sockets,
      int port,
      int metricsPort,
      Timer timer,
      RandomGenerator random) {
    InetAddress address = InetAddress.ofLiteral(settings.address());
    return new DnsServer.Setup(
        zone,
        new InetSocketAddress(address, port),
        new InetSocketAddress(address, metricsPort),
        sockets,
        settings.loops(),
        settings.networks(),
        settings.serverLimits(),
        new DnsFigures(zone.domain().toString()),
        new Forwarder.Setup(
            settings.rules(),
            settings.host()::servers,
            ourselves(settings, port),
            settings.forwardLimits(),
            new LoopGuard(),
            ForwardFigures.fresh(),
            timer,
            random));
  }

  private static List<InetSocketAddress> ourselves(DnsSettings settings, int port) {
    List<InetSocketAddress> ourselves = new ArrayList<>();
    for (String text : settings.serviceAddresses()) {
      ourselves.add(new InetSocketAddress(InetAddress.ofLiteral(text), ForwardRule.PORT));
    }
    ourselves.add(new InetSocketAddress(InetAddress.ofLiteral(settings.address()), port));
    return ourselves;
  }

  /** Where it answers. */
  public NodeDns ports() {
    return new NodeDns(server.port(), server.metricsPort());
  }

  @Override
  public void close() {
    announcement.close();
    server.close();
    keeper.close();
  }
}
