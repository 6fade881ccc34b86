package dev.wherry.network.relay;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.upkeep.Upkeep;
import io.netty.channel.Channel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The server's end of the relay: a stream to each node that says it needs one, and packets handed
 * from one to another by the pods' ranges. While no node needs it there is one small watch.
 */
public final class RelayHub implements AutoCloseable {
  private static final Logger LOG = System.getLogger(RelayHub.class.getName());
  private static final Duration GATHER = Duration.ofMillis(50);

  private final Dial dial;
  private final Upkeep upkeep;
  private final Informer<Node> nodes;
  private final Map<String, Channel> streams = new ConcurrentHashMap<>();
  private final Set<String> dialled = ConcurrentHashMap.newKeySet();
  private volatile Ways ways = Ways.NONE;

  /** Opens streams of packets to nodes. */
  @FunctionalInterface
  public interface Dial {
    /**
     * @return a channel of bytes that is not read yet; exceptionally when the node cannot be had
     */
    CompletionStage<Channel> open(String nodeName);
  }

  private RelayHub(ApiClient client, Dial dial, Timer timer) {
    this.dial = dial;
    upkeep = new Upkeep("relay", timer, GATHER);
    nodes = new Informer<>(client, Node.KIND, Scope.ALL, timer).onChange(this::changed);
  }

  /** Starts to follow the nodes. */
  public static RelayHub start(ApiClient client, Dial dial, Timer timer) {
    RelayHub hub = new RelayHub(client, dial, timer);
    hub.nodes.start();
    hub.upkeep.start(
        "relay",
        () -> {
          if (hub.nodes.awaitSynced(Upkeep.SYNC_MAX)) {
            hub.upkeep.keep(hub::look);
          }
        });
    return hub;
  }

  private void changed(Change<Node> change) {
    boolean same =
        change instanceof Change.Updated<Node>(Node before, Node now)
            && RelayedNodes.isOne(before) == RelayedNodes.isOne(now)
            && before.spec().podCIDRs().equals(now.spec().podCIDRs());
    if (!same) {
      upkeep.news();
    }
  }

  private void look() {
    Set<String> wanted = new HashSet<>();
    Map<Channel, List<Cidr>> pods = new HashMap<>();
    for (Node node : nodes.list()) {
      if (RelayedNodes.isOne(node)) {
        String name = node.metadata().name();
        wanted.add(name);
        Channel stream = streams.get(name);
        if (stream != null) {
          pods.put(stream, node.spec().podCIDRs().stream().map(Cidr::parse).toList());
        } else if (dialled.add(name)) {
          open(name);
        }
      }
    }
    ways = Ways.of(pods);
    streams.forEach((name, stream) -> {
      if (!wanted.contains(name)) {
        stream.close();
      }
    });
    if (wanted.size() > pods.size()) {
      upkeep.again();
    }
  }

  private void open(String name) {
    dial.open(name)
        .whenComplete((stream, failure) -> {
          if (failure == null) {
            opened(name, stream);
          } else {
            LOG.log(Level.INFO, "relay waits node={0} why=\"{1}\"", name, failure.getMessage());
          }
          dialled.remove(name);
        });
  }

  private void opened(String name, Channel stream) {
    streams.put(name, stream);
    stream
        .closeFuture()
        .addListener(_ -> {
          streams.remove(name, stream);
          upkeep.news();
        });
    // What came at once leaves at once; on the stream's event loop.
    Set<Channel> written = new HashSet<>();
    Packets.read(
        stream,
        framed -> ways.pass(framed, stream).ifPresent(written::add),
        () -> {
          written.forEach(Channel::flush);
          written.clear();
        });
    LOG.log(Level.INFO, "relay open node={0}", name);
    upkeep.news();
  }

  @Override
  public void close() {
    upkeep.close();
    nodes.close();
    streams.values().forEach(Channel::close);
  }
}
