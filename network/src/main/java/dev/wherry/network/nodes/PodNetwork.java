package dev.wherry.network.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.network.cni.PodNetworkFile;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.nodes.KernelNodes.Applied;
import dev.wherry.network.relay.PodRelay;
import dev.wherry.network.rtnetlink.Notices;
import dev.wherry.network.upkeep.Upkeep;
import dev.wherry.network.wireguard.WireGuardKey;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps this node's ways to the pods of all others, its pods' CNI configuration and the node's
 * condition NetworkUnavailable. An informer tells of nodes, the kernel of changes that others made;
 * one virtual thread plans and applies differences. What it made stays in the kernel when it stops;
 * {@link #remove} takes it away. Of two in one network namespace the later one leaves the routes to
 * the first.
 */
public final class PodNetwork implements AutoCloseable {
  /** The metric of all our routes. */
  public static final int ROUTE_METRIC = 5787;

  /** That of routes that refuse what would else leave this host unencrypted. */
  public static final int CLOSED_METRIC = 5788;

  private static final Logger LOG = System.getLogger(PodNetwork.class.getName());

  private static final Duration OTHER_OWNER_PAUSE = Duration.ofSeconds(5);

  /** Notices come in bursts, and who fights with another program does so this often at most. */
  private static final Duration GATHER_PAUSE = Duration.ofMillis(50);

  private final Upkeep upkeep;
  private final Informer<Node> nodes;
  private final ApiClient client;
  private final String nodeName;
  private final PodNetworkFile file;
  private final Timer timer;
  private final Runnable prologue;
  private final Ears ears = new Ears();
  private final Detour detour;
  private final Encryption encryption;
  private final Turn turn = new Turn();
  private List<String> said = List.of();

  private PodNetwork(
      ApiClient client,
      String nodeName,
      PodNetworkFile file,
      PodRelay relay,
      Optional<WireGuardKey> key,
      Timer timer,
      Duration round,
      Runnable prologue) {
    this.client = client;
    this.nodeName = nodeName;
    this.file = file;
    this.timer = timer;
    this.prologue = prologue;
    upkeep = new Upkeep("pod network node=" + nodeName, timer, GATHER_PAUSE);
    detour = new Detour(relay, timer, round, prologue, upkeep::news);
    encryption = new Encryption(key);
    nodes = new Informer<>(client, Node.KIND, Scope.ALL, timer).onChange(this::nodeChanged);
  }

  /**
   * Starts it; it waits by itself for the API.
   *
   * @param relay for nodes that UDP does not reach; closed by its owner
   * @param key of a node whose packets to other nodes' pods are encrypted
   */
  public static PodNetwork start(
      ApiClient client,
      String nodeName,
      PodNetworkFile file,
      PodRelay relay,
      Optional<WireGuardKey> key,
      Timer timer) {
    return start(client, nodeName, file, relay, key, timer, Echoes.ROUND, () -> {});
  }

  /**
   * The same in another network namespace.
   *
   * @param round between two questions to a node beyond the tunnel
   * @param prologue enters it; runs first on the thread that makes the calls
   */
  static PodNetwork start(
      ApiClient client,
      String nodeName,
      PodNetworkFile file,
      PodRelay relay,
      Optional<WireGuardKey> key,
      Timer timer,
      Duration round,
      Runnable prologue) {
    PodNetwork network = new PodNetwork(client, nodeName, file, relay, key, timer, round, prologue);
    network.nodes.start();
    network.upkeep.start("pod-network", network::run);
    return network;
  }

  /**
   * Takes away the routes and the tunnel in this network namespace.
   *
   * @throws NetlinkException EADDRINUSE while somebody owns them
   */
  public static void remove() throws IOException, InterruptedException {
    remove(() -> {});
  }

  static void remove(Runnable prologue) throws IOException, InterruptedException {
    NetlinkThread.Setup setup =
        new NetlinkThread.Setup(
            "pod-network-end", NetlinkSocket.PROTOCOL_ROUTE, Turn.PORT, List.of(), prologue);
    try (NetlinkThread netlink = NetlinkThread.start(setup, new Ears())) {
      netlink.call(socket -> {
        KernelNodes.remove(socket);
        return true;
      });
    }
  }

  /** Nodes report every few minutes; what matters here seldom changes. */
  private void nodeChanged(Change<Node> change) {
    boolean same =
        change instanceof Change.Updated<Node>(Node before, Node now)
            && Peer.isSame(before, now)
            && !now.metadata().name().equals(nodeName);
    if (!same) {
      upkeep.news();
    }
  }

  private void run() throws IOException, InterruptedException {
    ears.open(upkeep::news);
    NetlinkThread.Setup setup =
        new NetlinkThread.Setup(
            "pod-network-netlink", NetlinkSocket.PROTOCOL_ROUTE, 0, Notices.GROUPS, prologue);
    try (NetlinkThread netlink = NetlinkThread.start(setup, ears);
        turn) {
      if (nodes.awaitSynced(Upkeep.SYNC_MAX)) {
        upkeep.keep(() -> look(netlink));
      }
    }
  }

  private void look(NetlinkThread netlink) throws IOException, InterruptedException {
    Optional<Node> node = nodes.get("", nodeName);
    if (node.isEmpty() || node.get().spec().podCIDRs().isEmpty()) {
      return;
    }
    List<String> wrong = new ArrayList<>();
    List<Peer> peers = Peer.all(nodes.list(), wrong);
    Peer self = Peer.of(node.get()).withKey(encryption.wanted());
    boolean owner = turn.take(netlink);
    Surroundings host = Surroundings.of(netlink);
    Set<String> relayed = owner ? detour.look(netlink, peers, host) : Set.of();
    NodesPlan plan = NodesPlan.of(self, peers, relayed, host);
    List<String> problems = new ArrayList<>(wrong);
    problems.addAll(plan.unreachable());
    if (owner) {
      Optional<String> refused = detour.prepare(plan);
      refused.ifPresent(problems::add);
      List<String> unwritten = apply(netlink, plan);
      problems.addAll(unwritten);
      detour.ask(plan);
      if (refused.isPresent() || !unwritten.isEmpty()) {
        upkeep.again();
      }
    } else {
      ears.expect(plan, host);
      encryption.wanted().ifPresent(_ -> problems.add(Encryption.NOT_OWNER));
      upkeep.again(OTHER_OWNER_PAUSE);
    }
    publish(node.get());
    boolean _ = file.write(node.get().spec().podCIDRs(), plan.podMtu());
    report(node.get(), problems);
  }

  private List<String> apply(NetlinkThread netlink, NodesPlan plan)
      throws IOException, InterruptedException {
    Surroundings host = Surroundings.of(netlink);
    ears.expect(plan, host);
    Applied applied = netlink.call(socket -> KernelNodes.apply(socket, plan, host, encryption));
    if (applied.changed() > 0) {
      ears.expect(plan, Surroundings.of(netlink));
      LOG.log(
          Level.INFO,
          "pod network written node={0} direct={1} tunnelled={2} relayed={3} changes={4}",
          nodeName,
          plan.direct().size(),
          plan.beyond().size(),
          detour.nodes().size(),
          applied.changed());
    }
    return applied.problems();
  }

  /** Before pods are let in: others must know the key when the first of them sends. */
  private void publish(Node node) {
    Optional<JsonNode> patch = PublishedKey.patch(node, encryption.ready());
    if (patch.isPresent()) {
      client.patch(Node.KIND, "", nodeName, PatchType.MERGE, patch.get(), "");
    }
  }

  private void report(Node node, List<String> problems) {
    if (!said.equals(problems)) {
      said = List.copyOf(problems);
      problems.forEach(
          why -> LOG.log(Level.WARNING, "pods out of reach node={0} why=\"{1}\"", nodeName, why));
    }
    Optional<JsonNode> patch =
        NetworkCondition.patch(node, problems, detour.nodes(), timer.instant());
    if (patch.isPresent()) {
      client.patch(Node.KIND, "", nodeName, PatchType.STRATEGIC_MERGE, patch.get(), "status");
    }
  }

  /** Stops; routes and tunnel stay. */
  @Override
  public void close() {
    upkeep.close();
    detour.close();
    nodes.close();
  }
}
