package dev.wherry.network.policy;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.networking.v1.NetworkPolicy;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.netlink.OnlyOwner;
import dev.wherry.network.nftables.Queries;
import dev.wherry.network.trees.DefinedKinds;
import dev.wherry.network.trees.TreeObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Keeps this node's table of policies. While the cluster has none it watches policies only, and
 * there is no table. What it made stays in the kernel when it stops; {@link #remove} takes it away.
 */
public final class NetworkPolicies implements AutoCloseable {
  private static final Logger LOG = System.getLogger(NetworkPolicies.class.getName());

  /** Another owner's than the Service proxy's, in the same way (decision 0131). */
  private static final int PORT = 0x57485250;

  private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);

  /** Changes of many pods at once are one transaction. */
  private static final Duration GATHER_PAUSE = Duration.ofMillis(10);

  private static final Duration SYNC_MAX = Duration.ofDays(365);

  private final Semaphore news = new Semaphore(0);
  private final String nodeName;
  private final Timer timer;
  private final Runnable prologue;
  private final Informer<NetworkPolicy> policies;
  private final DefinedKinds clusterKinds;
  private final Informer<Node> node;
  private final Informer<Namespace> namespaces;
  private final Informer<Pod> pods;
  private final Thread thread;
  private PolicyTable written = PolicyTable.EMPTY;
  private volatile boolean doubtful = true;
  private boolean watching;

  private NetworkPolicies(ApiClient client, String nodeName, Timer timer, Runnable prologue) {
    this.nodeName = nodeName;
    this.timer = timer;
    this.prologue = prologue;
    policies =
        new Informer<>(client, NetworkPolicy.KIND, Scope.ALL, timer).onChange(_ -> news.release());
    clusterKinds = new DefinedKinds(client, timer, news::release);
    node =
        new Informer<>(client, Node.KIND, Scope.ofFields("metadata.name=" + nodeName), timer)
            .onChange(_ -> news.release());
    namespaces =
        new Informer<>(client, Namespace.KIND, Scope.ALL, timer).onChange(_ -> news.release());
    pods = new Informer<>(client, Pod.KIND, Scope.ALL, timer).onChange(this::podChanged);
    thread = Thread.ofVirtual().name("network-policies").unstarted(this::run);
  }

  /** Starts it; it waits by itself for the API and for its turn in this namespace. */
  public static NetworkPolicies start(ApiClient client, String nodeName, Timer timer) {
    return start(client, nodeName, timer, () -> {});
  }

  /**
   * The same in another network namespace.
   *
   * @param prologue enters it; runs first on the thread that makes the calls
   */
  static NetworkPolicies start(ApiClient client, String nodeName, Timer timer, Runnable prologue) {
    NetworkPolicies started = new NetworkPolicies(client, nodeName, timer, prologue);
    started.policies.start();
    started.clusterKinds.expect(ClusterPolicy.KIND);
    started.node.start();
    started.thread.start();
    return started;
  }

  /**
   * Takes the table away.
   *
   * @throws NetlinkException EADDRINUSE while somebody keeps it
   */
  public static void remove() throws IOException, InterruptedException {
    remove(() -> {});
  }

  static void remove(Runnable prologue) throws IOException, InterruptedException {
    try (NetlinkThread netlink = NetlinkThread.start(setup(prologue), new Ears(() -> {}))) {
      boolean _ = netlink.call(PolicyKernel::remove);
    }
  }

  private static NetlinkThread.Setup setup(Runnable prologue) {
    return new NetlinkThread.Setup(
        "network-policies-netlink",
        NetlinkSocket.PROTOCOL_NETFILTER,
        PORT,
        List.of(Queries.CHANGES_GROUP),
        prologue);
  }

  /** Pods report often; what matters here are addresses, labels and their end. */
  private void podChanged(Change<Pod> change) {
    boolean same =
        change instanceof Change.Updated<Pod>(Pod before, Pod now)
            && before.status().podIPs().equals(now.status().podIPs())
            && before.status().phase().equals(now.status().phase())
            && before.metadata().labels().equals(now.metadata().labels());
    if (!same) {
      news.release();
    }
  }

  private void run() {
    String owner = "network policies node=" + nodeName;
    try (NetlinkThread netlink =
        OnlyOwner.start(setup(prologue), new Ears(this::doubt), timer, owner)) {
      if (policies.awaitSynced(SYNC_MAX) && node.awaitSynced(SYNC_MAX)) {
        news.release();
        work(netlink);
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "network policies end node={0}", nodeName);
    }
  }

  private void doubt() {
    doubtful = true;
    news.release();
  }

  private void work(NetlinkThread netlink) throws InterruptedException {
    while (true) {
      news.acquire();
      timer.pause(GATHER_PAUSE);
      news.drainPermits();
      try {
        bring(netlink);
      } catch (IOException e) {
        LOG.log(
            Level.WARNING, "policies not written node={0} why=\"{1}\"", nodeName, e.getMessage());
        again();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "network policies failed node=" + nodeName, e);
        again();
      }
    }
  }

  private void again() {
    timer.after(RETRY_PAUSE, this::doubt);
  }

  private void bring(NetlinkThread netlink) throws IOException, InterruptedException {
    clusterKinds.follow();
    boolean needed = !policies.list().isEmpty() || !clusterPolicies().isEmpty();
    if (!watching && needed) {
      pods.start();
      namespaces.start();
      watching = true;
    }
    if (watching && !(pods.awaitSynced(SYNC_MAX) && namespaces.awaitSynced(SYNC_MAX))) {
      return;
    }
    boolean whole = doubtful;
    doubtful = false;
    PolicyTable next = PolicyPlanner.plan(world());
    if (!whole && next.equals(written)) {
      return;
    }
    try {
      write(netlink, next, whole);
    } catch (NetlinkException e) {
      LOG.log(Level.INFO, "policies are made anew node={0} why=\"{1}\"", nodeName, e.getMessage());
      write(netlink, next, true);
    }
    if (whole && !next.isEmpty()) {
      LOG.log(
          Level.INFO,
          "policies written node={0} chains={1} sets={2}",
          nodeName,
          next.chains().size(),
          next.sets().size());
    }
    written = next;
  }

  private void write(NetlinkThread netlink, PolicyTable next, boolean whole)
      throws IOException, InterruptedException {
    PolicyTable before = whole ? PolicyTable.EMPTY : written;
    netlink.call(socket -> {
      PolicyKernel.bring(socket, before, next);
      return true;
    });
  }

  private List<TreeObject> clusterPolicies() {
    return clusterKinds.all(ClusterPolicy.KIND);
  }

  private World world() {
    return World.of(
        nodeName,
        node.get("", nodeName),
        policies.list(),
        clusterPolicies(),
        watching ? pods.list() : List.of(),
        watching ? namespaces.list() : List.of());
  }

  /** Stops; the table stays. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    policies.close();
    clusterKinds.close();
    node.close();
    namespaces.close();
    pods.close();
  }
}
