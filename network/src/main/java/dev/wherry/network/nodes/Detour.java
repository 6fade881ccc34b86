package dev.wherry.network.nodes;

import dev.wherry.machinery.time.Timer;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.nodes.NodesPlan.Beyond;
import dev.wherry.network.relay.PodRelay;
import dev.wherry.network.rules.Cidr;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * To which nodes the tunnel does not lead, and the relay while there are any. Used by one thread.
 */
final class Detour implements AutoCloseable {
  private final PodRelay relay;
  private final Echoes echoes;
  private final Runnable news;
  private Set<String> nodes = Set.of();
  private boolean looked;

  /**
   * @param round between two questions to the same node
   * @param prologue enters the network namespace of the threads
   * @param news told when a node is reached otherwise than before, or the relay is gone
   */
  Detour(PodRelay relay, Timer timer, Duration round, Runnable prologue, Runnable news) {
    this.relay = relay;
    this.news = news;
    echoes = new Echoes(timer, round, prologue, news);
  }

  /** The nodes by name, as of the last {@link #look}. */
  Set<String> nodes() {
    return nodes;
  }

  /**
   * Looks who does not answer. A node whose agent is away is not judged, as it may be away itself;
   * what an agent before this one has left in the kernel is believed at first.
   */
  Set<String> look(NetlinkThread netlink, List<Peer> peers, Surroundings host)
      throws IOException, InterruptedException {
    if (!looked) {
      List<Cidr> before = netlink.call(socket -> KernelNodes.relayed(socket, host));
      looked = true;
      nodes = names(peers, peer -> peer.pods().stream().anyMatch(before::contains));
    } else {
      Set<String> silent = echoes.silent();
      nodes =
          names(
              peers,
              peer ->
                  silent.contains(peer.name()) && (peer.ready() || nodes.contains(peer.name())));
    }
    return nodes;
  }

  private static Set<String> names(List<Peer> peers, Predicate<Peer> which) {
    return peers.stream().filter(which).map(Peer::name).collect(Collectors.toUnmodifiableSet());
  }

  /** Opens the relay where a plan needs it, or lets it go; says why it cannot be had. */
  Optional<String> prepare(NodesPlan plan) throws InterruptedException {
    if (!plan.isRelaying()) {
      relay.close();
      return Optional.empty();
    }
    try {
      relay.open(news);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "UDP does not arrive between this node and %s, and packets cannot be relayed: %s"
              .formatted(String.join(", ", new TreeSet<>(nodes)), e.getMessage()));
    }
  }

  /** Asks the nodes beyond the tunnel of a plan that is in the kernel. */
  void ask(NodesPlan plan) {
    echoes.ask(
        plan.beyond().stream()
            .collect(Collectors.toMap(Beyond::node, Beyond::gateway, (first, _) -> first)),
        nodes);
  }

  /** Asks nobody any more; the relay is its owner's to close. */
  @Override
  public void close() {
    echoes.close();
  }
}
