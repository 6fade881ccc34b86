package dev.wherry.network.ingress;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.queue.WorkQueue;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the annotation of this node's Node that says which ports are open, once there is anything
 * to say; none where there are none. One virtual thread.
 */
final class PortsAnnouncement implements AutoCloseable {
  private static final Logger LOG = System.getLogger(PortsAnnouncement.class.getName());
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);

  private final ApiClient api;
  private final String nodeName;
  private final WorkQueue<String> queue;
  private final Informer<Node> node;
  private final Thread thread;
  private volatile @Nullable String wanted;

  private PortsAnnouncement(ApiClient api, String nodeName, Timer timer) {
    this.api = api;
    this.nodeName = nodeName;
    this.queue = new WorkQueue<>(timer);
    this.node =
        new Informer<>(api, Node.KIND, Scope.ofFields("metadata.name=" + nodeName), timer)
            .onChange(_ -> queue.add(nodeName));
    this.thread = Thread.ofVirtual().name("ingress-announcement").unstarted(this::run);
  }

  static PortsAnnouncement start(ApiClient api, String nodeName, Timer timer) {
    PortsAnnouncement made = new PortsAnnouncement(api, nodeName, timer);
    made.node.start();
    made.thread.start();
    return made;
  }

  /**
   * @param ports "" for none
   */
  void say(String ports) {
    wanted = ports;
    queue.add(nodeName);
  }

  private void run() {
    try {
      for (var key = queue.take(); key.isPresent(); key = queue.take()) {
        try {
          announce();
        } catch (ApiException e) {
          LOG.log(Level.DEBUG, "ingress ports not announced node={0} why={1}", nodeName, e);
          queue.addAfter(key.get(), RETRY_PAUSE);
        } finally {
          queue.done(key.get());
        }
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "announcement ends node={0}", nodeName);
    }
  }

  private void announce() {
    Optional<Node> known = node.get("", nodeName);
    String ports = wanted;
    if (ports == null
        || known.isEmpty()
        || ports.equals(
            known.get().metadata().annotations().getOrDefault(NodePorts.ANNOTATION, ""))) {
      return;
    }
    ObjectNode patch = Json.object();
    ObjectNode annotations = patch.putObject("metadata").putObject("annotations");
    if (ports.isEmpty()) {
      annotations.putNull(NodePorts.ANNOTATION);
    } else {
      annotations.put(NodePorts.ANNOTATION, ports);
    }
    api.patch(Node.KIND, "", nodeName, PatchType.MERGE, patch);
  }

  @Override
  public void close() {
    queue.close();
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    node.close();
  }
}
