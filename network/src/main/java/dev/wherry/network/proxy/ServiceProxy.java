package dev.wherry.network.proxy;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.loop.Threads;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.netlink.OnlyOwner;
import dev.wherry.network.nftables.Queries;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.sockets.ListeningSockets;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps this node's table of Services as the API has it: informers tell what changed, one virtual
 * thread plans and applies differences, and a foreign change of the table makes it whole again.
 * What it made stays in the kernel when it stops, so that Services work on while Wherry is down;
 * {@link #remove} takes it away.
 */
public final class ServiceProxy implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ServiceProxy.class.getName());

  /**
   * The netlink port of the one proxy of a network namespace: the kernel gives it to one socket and
   * takes it back when its process dies, so two programs never fight for the table.
   */
  private static final int PORT = 0x57485259;

  private static final String SERVICE_NAME = "kubernetes.io/service-name";
  private static final String BY_SERVICE = "service";

  /** Headless Services and those of another proxy are not ours (upstream's kube-proxy). */
  private static final Scope OURS =
      new Scope(
          "", "!service.kubernetes.io/headless,!service.kubernetes.io/service-proxy-name", "");

  /** What no object is: labelled and not. All Services are another proxy's. */
  private static final Scope NOTHING =
      new Scope(
          "",
          "service.kubernetes.io/service-proxy-name,!service.kubernetes.io/service-proxy-name",
          "");

  private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);

  /** Who fights for the table with another program does so this often at most. */
  private static final Duration REPAIR_PAUSE = Duration.ofMillis(200);

  private static final Duration SYNC_MAX = Duration.ofDays(365);

  private final Inbox inbox = new Inbox();
  private final Informer<Service> services;
  private final Informer<EndpointSlice> slices;
  private final Informer<Node> nodes;
  private final ApiClient client;
  private final Setup setup;
  private final Timer timer;
  private final Runnable prologue;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * What a proxy is told.
   *
   * @param balances whether Services are this proxy's; without them its table is only for what
   *     leaves the pods
   * @param podsRouted whether the pod network is Wherry's: every pod an interface of its own, and
   *     what leaves the cluster's pods is masqueraded here
   * @param sockets where those come from at which it is asked how it is
   * @param furtherFigures of the agent's other parts, shown beside its own
   */
  public record Setup(
      String nodeName,
      boolean balances,
      boolean podsRouted,
      ListeningSockets sockets,
      Supplier<String> furtherFigures) {
    /** One of Services that shows its own figures. */
    public Setup(String nodeName, boolean podsRouted, ListeningSockets sockets) {
      this(nodeName, true, podsRouted, sockets, () -> "");
    }
  }

  private ServiceProxy(ApiClient client, Setup setup, Timer timer, Runnable prologue) {
    this.client = client;
    this.setup = setup;
    this.timer = timer;
    this.prologue = prologue;
    Scope balanced = setup.balances() ? OURS : NOTHING;
    services =
        new Informer<>(client, Service.KIND, balanced, timer)
            .onChange(change -> inbox.service(ObjectKey.of(change.latest())));
    slices =
        new Informer<>(client, EndpointSlice.KIND, balanced, timer)
            .index(BY_SERVICE, slice -> List.of(serviceOf(slice).toString()))
            .onChange(change -> inbox.service(serviceOf(change.latest())));
    Scope scope =
        setup.podsRouted() ? Scope.ALL : Scope.ofFields("metadata.name=" + setup.nodeName());
    nodes = new Informer<>(client, Node.KIND, scope, timer).onChange(this::nodeChanged);
    thread = Thread.ofVirtual().name("service-proxy").unstarted(this::run);
  }

  /** Nodes report every few minutes; what matters here seldom changes. */
  private void nodeChanged(Change<Node> change) {
    boolean same =
        change instanceof Change.Updated<Node>(Node before, Node now)
            && before.spec().podCIDRs().equals(now.spec().podCIDRs())
            && before.metadata().labels().equals(now.metadata().labels());
    if (!same) {
      inbox.neighbours();
    }
  }

  /** Starts the proxy; it waits by itself for the API and for its turn in this namespace. */
  public static ServiceProxy start(ApiClient client, Setup setup, Timer timer) {
    return start(client, setup, timer, () -> {});
  }

  /**
   * The same in another network namespace.
   *
   * @param prologue enters it; runs first on the thread that makes the calls
   */
  static ServiceProxy start(ApiClient client, Setup setup, Timer timer, Runnable prologue) {
    ServiceProxy proxy = new ServiceProxy(client, setup, timer, prologue);
    proxy.services.start();
    proxy.slices.start();
    proxy.nodes.start();
    proxy.thread.start();
    return proxy;
  }

  /**
   * Takes away all that proxies made in this network namespace.
   *
   * @throws NetlinkException EADDRINUSE while one runs
   */
  public static void remove() throws IOException, InterruptedException {
    remove(() -> {});
  }

  static void remove(Runnable prologue) throws IOException, InterruptedException {
    try (NetlinkThread netlink = NetlinkThread.start(netlink(prologue), new Ears(new Inbox()))) {
      boolean _ = netlink.call(socket -> KernelTable.remove(socket) | ForwardPass.remove(socket));
    }
  }

  private static NetlinkThread.Setup netlink(Runnable prologue) {
    return new NetlinkThread.Setup(
        "service-proxy-netlink", NetlinkSocket.PROTOCOL_NETFILTER, PORT, List.of(), prologue);
  }

  private static ObjectKey serviceOf(EndpointSlice slice) {
    return new ObjectKey(
        slice.metadata().namespace(), slice.metadata().labels().getOrDefault(SERVICE_NAME, ""));
  }

  private void run() {
    String owner = "service proxy node=" + setup.nodeName();
    try (EventRecorder events =
            EventRecorder.start(client, "wherry-service-proxy", setup.nodeName(), timer);
        NetlinkThread netlink = OnlyOwner.start(netlink(prologue), new Ears(inbox), timer, owner);
        HealthPorts ports = new HealthPorts(setup.sockets(), health())) {
      if (setup.balances()) {
        ports.open(HealthPorts.HEALTH_PORT, HealthPorts.STATUS_PORT);
      }
      boolean synced =
          services.awaitSynced(SYNC_MAX)
              && slices.awaitSynced(SYNC_MAX)
              && nodes.awaitSynced(SYNC_MAX);
      if (synced) {
        inbox.everything();
        Consumer<HostWatch.Trouble> tell = trouble -> tell(events, trouble);
        HostWatch watch =
            new HostWatch(netlink, () -> Cidr.merged(TableKeeper.ranges(nodes)), tell);
        Thread watching = Thread.ofVirtual().name("host-watch").start(() -> watch.run(timer));
        try {
          work(
              netlink,
              new TableKeeper(netlink, services, this::slicesOf, nodes, setup, ports, tell));
        } finally {
          watching.interrupt();
        }
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "service proxy ends node={0}", setup.nodeName());
    }
  }

  private void tell(EventRecorder events, HostWatch.Trouble trouble) {
    LOG.log(
        Level.WARNING,
        "packets of pods are in danger node={0} reason={1} why=\"{2}\"",
        setup.nodeName(),
        trouble.reason(),
        trouble.message());
    nodes
        .get("", setup.nodeName())
        .ifPresent(
            node -> events.report(node, EventType.WARNING, trouble.reason(), trouble.message()));
  }

  private ProxyHealth health() {
    return new ProxyHealth(
        timer,
        () -> ProxyHealth.takesTraffic(nodes.get("", setup.nodeName())),
        setup.furtherFigures());
  }

  private List<EndpointSlice> slicesOf(ObjectKey service) {
    return slices.byIndex(BY_SERVICE, service.toString());
  }

  private void work(NetlinkThread netlink, TableKeeper table) throws InterruptedException {
    boolean hears = false;
    for (var batch = inbox.take(); batch.isPresent() && !closed; batch = inbox.take()) {
      try {
        table.apply(batch.get());
        if (!hears) {
          hears = hear(netlink);
        }
        if (batch.get().everything()) {
          timer.pause(REPAIR_PAUSE);
        }
      } catch (IOException e) {
        LOG.log(
            Level.WARNING,
            "service table not written node={0} why=\"{1}\"",
            setup.nodeName(),
            e.getMessage());
        again();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "service proxy failed node=" + setup.nodeName(), e);
        again();
      }
    }
  }

  /**
   * While nobody hears, the kernel makes no notification of each element, and the first table is
   * there sooner. What somebody changed in between is made good.
   */
  private boolean hear(NetlinkThread netlink) throws IOException, InterruptedException {
    int before = netlink.call(Queries::generation);
    netlink.join(Queries.CHANGES_GROUP);
    if (netlink.call(Queries::generation) != before) {
      inbox.everything();
    }
    return true;
  }

  private void again() throws InterruptedException {
    timer.pause(RETRY_PAUSE);
    inbox.everything();
  }

  /** Stops; the table stays. */
  @Override
  public void close() {
    closed = true;
    inbox.close();
    Threads.end(thread);
    services.close();
    slices.close();
    nodes.close();
  }
}
