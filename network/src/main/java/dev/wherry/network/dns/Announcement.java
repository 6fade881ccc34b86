package dev.wherry.network.dns;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.dns.NodeDns;
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

/**
 * Keeps the annotation of this node's Node that says where DNS answers, as soon as there is the
 * Node and whatever others make of it. One virtual thread.
 */
final class Announcement implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Announcement.class.getName());
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);

  private final ApiClient api;
  private final String nodeName;
  private final String ports;
  private final WorkQueue<String> queue;
  private final Informer<Node> node;
  private final Thread thread;

  private Announcement(ApiClient api, String nodeName, NodeDns ports, Timer timer) {
    this.api = api;
    this.nodeName = nodeName;
    this.ports = ports.text();
    this.queue = new WorkQueue<>(timer);
    this.node =
        new Informer<>(api, Node.KIND, Scope.ofFields("metadata.name=" + nodeName), timer)
            .onChange(_ -> queue.add(nodeName));
    this.thread = Thread.ofVirtual().name("dns-announcement").unstarted(this::run);
  }

  static Announcement start(ApiClient api, String nodeName, NodeDns ports, Timer timer) {
    Announcement made = new Announcement(api, nodeName, ports, timer);
    made.node.start();
    made.thread.start();
    return made;
  }

  private void run() {
    try {
      for (var key = queue.take(); key.isPresent(); key = queue.take()) {
        try {
          announce();
        } catch (ApiException e) {
          LOG.log(Level.DEBUG, "dns ports not announced node={0} why={1}", nodeName, e);
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
    if (known.isEmpty()
        || ports.equals(known.get().metadata().annotations().get(NodeDns.ANNOTATION))) {
      return;
    }
    ObjectNode patch = Json.object();
    patch.putObject("metadata").putObject("annotations").put(NodeDns.ANNOTATION, ports);
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
