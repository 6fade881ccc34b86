package dev.wherry.network.announce;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.loop.Threads;
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
 * Keeps one annotation of this node's Node at what was last said, as soon as there is the Node and
 * whatever others make of it. One virtual thread.
 */
public final class NodeAnnotation implements AutoCloseable {
  private static final Logger LOG = System.getLogger(NodeAnnotation.class.getName());
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);

  private final ApiClient api;
  private final String nodeName;
  private final String annotation;
  private final WorkQueue<String> queue;
  private final Informer<Node> node;
  private final Thread thread;
  private volatile @Nullable String wanted;

  private NodeAnnotation(ApiClient api, String nodeName, String annotation, Timer timer) {
    this.api = api;
    this.nodeName = nodeName;
    this.annotation = annotation;
    this.queue = new WorkQueue<>(timer);
    this.node =
        new Informer<>(api, Node.KIND, Scope.ofFields("metadata.name=" + nodeName), timer)
            .onChange(_ -> queue.add(nodeName));
    this.thread = Thread.ofVirtual().name("announcement").unstarted(this::run);
  }

  /** Follows the Node; nothing is written before {@link #say}. */
  public static NodeAnnotation start(
      ApiClient api, String nodeName, String annotation, Timer timer) {
    NodeAnnotation made = new NodeAnnotation(api, nodeName, annotation, timer);
    made.node.start();
    made.thread.start();
    return made;
  }

  /**
   * @param value "" for no annotation
   */
  public void say(String value) {
    wanted = value;
    queue.add(nodeName);
  }

  private void run() {
    try {
      for (var key = queue.take(); key.isPresent(); key = queue.take()) {
        try {
          announce();
        } catch (ApiException e) {
          LOG.log(Level.DEBUG, "not announced node={0} what={1} why={2}", nodeName, annotation, e);
          queue.addAfter(key.get(), RETRY_PAUSE);
        } finally {
          queue.done(key.get());
        }
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "announcement ends node={0} what={1}", nodeName, annotation);
    }
  }

  private void announce() {
    Optional<Node> known = node.get("", nodeName);
    String value = wanted;
    if (value == null
        || known.isEmpty()
        || value.equals(known.get().metadata().annotations().getOrDefault(annotation, ""))) {
      return;
    }
    ObjectNode patch = Json.object();
    ObjectNode annotations = patch.putObject("metadata").putObject("annotations");
    if (value.isEmpty()) {
      annotations.putNull(annotation);
    } else {
      annotations.put(annotation, value);
    }
    api.patch(Node.KIND, "", nodeName, PatchType.MERGE, patch);
  }

  @Override
  public void close() {
    queue.close();
    Threads.end(thread);
    node.close();
  }
}
