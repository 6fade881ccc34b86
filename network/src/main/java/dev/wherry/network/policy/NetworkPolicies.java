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
import dev.wherry.network.upkeep.Upkeep;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;

/**
 * Keeps this node's table of policies. While the cluster has none it watches policies only, and
 * there is no table. What it made stays in the kernel when it stops; {@link #remove} takes it away.
 */
public final class NetworkPolicies implements AutoCloseable {
  private static final Logger LOG = System.getLogger(NetworkPolicies.class.getName());

  /** Another owner's than the Service proxy's, in the same way (decision 0131). */
  private static final int PORT = 0x57485250;

  /** Changes of many pods at once are one transaction. */
  private static final Duration GATHER_PAUSE = Duration.ofMillis(10);

  private final Upkeep upkeep;
  private final String nodeName;
  private final Timer timer;
  private final Runnable prologue;
  private final Informer<NetworkPolicy> policies;
  private final DefinedKinds clusterKinds;
  private final Informer<Node> node;
  private final Informer<Namespace> namespaces;
  private final Informer<Pod> pods;
  private final Informer<Node> nodes;
  private PolicyTable written = PolicyTable.EMPTY;
  private volatile boolean doubtful = true;
  private boolean watching;
  private boolean watchingNodes;

  private NetworkPolicies(ApiClient client, String nodeName, Timer timer, Runnable prologue) {
    this.nodeName = nodeName;
    this.timer = timer;
    this.prologue = prologue;
    upkeep = new Upkeep("network policies node=" + nodeName, timer, GATHER_PAUSE);
    policies =
        new Informer<>(client, NetworkPolicy.KIND, Scope.ALL, timer).onChange(_ -> upkeep.news());
    clusterKinds = new DefinedKinds(client, timer, upkeep::news);
    node =
        new Informer<>(client, Node.KIND, Scope.ofFields("metadata.name=" + nodeName), timer)
            .onChange(_ -> upkeep.news());
    namespaces =
        new Informer<>(client, Namespace.KIND, Scope.ALL, timer).onChange(_ -> upkeep.news());
    pods = new Informer<>(client, Pod.KIND, Scope.ALL, timer).onChange(this::podChanged);
    nodes = new Informer<>(client, Node.KIND, Scope.ALL, timer).onChange(this::nodeChanged);
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
    started.upkeep.start("network-policies", started::run);
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
      upkeep.news();
    }
  }

  /** Likewise. */
  private void nodeChanged(Change<Node> change) {
    boolean same =
        change instanceof Change.Updated<Node>(Node before, Node now)
            && PolicyNode.of(before).equals(PolicyNode.of(now));
    if (!same) {
      upkeep.news();
    }
  }

  private void run() throws InterruptedException {
    String owner = "network policies node=" + nodeName;
    try (NetlinkThread netlink =
        OnlyOwner.start(setup(prologue), new Ears(this::doubt), timer, owner)) {
      if (policies.awaitSynced(Upkeep.SYNC_MAX) && node.awaitSynced(Upkeep.SYNC_MAX)) {
        upkeep.keep(() -> look(netlink));
      }
    }
  }

  private void doubt() {
    doubtful = true;
    upkeep.news();
  }

  private void look(NetlinkThread netlink) throws IOException, InterruptedException {
    boolean done = false;
    try {
      bring(netlink);
      done = true;
    } finally {
      if (!done) {
        doubtful = true;
      }
    }
  }

  private void bring(NetlinkThread netlink) throws IOException, InterruptedException {
    clusterKinds.follow();
    boolean needed = !policies.list().isEmpty() || !clusterPolicies().isEmpty();
    if (!watching && needed) {
      pods.start();
      namespaces.start();
      watching = true;
    }
    if (watching
        && !(pods.awaitSynced(Upkeep.SYNC_MAX) && namespaces.awaitSynced(Upkeep.SYNC_MAX))) {
      return;
    }
    World world = world();
    if (!watchingNodes && world.clusterPolicies().stream().anyMatch(ClusterPolicy::namesNodes)) {
      nodes.start();
      watchingNodes = true;
    }
    if (watchingNodes && !nodes.awaitSynced(Upkeep.SYNC_MAX)) {
      return;
    }
    boolean whole = doubtful;
    doubtful = false;
    PolicyTable next = PolicyPlanner.plan(watchingNodes ? world() : world);
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
        watching ? namespaces.list() : List.of(),
        watchingNodes ? nodes.list() : List.of());
  }

  /** Stops; the table stays. */
  @Override
  public void close() {
    upkeep.close();
    policies.close();
    clusterKinds.close();
    node.close();
    namespaces.close();
    pods.close();
    nodes.close();
  }
}
