package dev.wherry.kubelet.hollow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.ReconcilerLoop;
import dev.wherry.machinery.queue.WorkQueue;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.lang.System.Logger.Level;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * Makes the nodes and keeps them Ready. Nodes that are there already are taken over by their label;
 * one that somebody deletes stays deleted, as that of a kubelet does until its next start.
 */
final class HollowMembers implements Follow.Listener<Node>, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HollowMembers.class.getName());
  private static final int WORKERS = 16;

  private final ApiClient api;
  private final Map<String, HollowNode> nodes;
  private final NodeForm form;
  private final Timer timer;
  private final WorkQueue<String> queue;
  private final ReconcilerLoop<String> loop;
  private final BitSet ranges = new BitSet(HollowRanges.RANGES);
  private final CountDownLatch registered;
  private final Set<String> counted = ConcurrentHashMap.newKeySet();

  /** Between the start and the end of a list: nodes that it has not shown yet. */
  private final Set<String> unseen = ConcurrentHashMap.newKeySet();

  /**
   * @param nodes by name; all that will ever be
   */
  HollowMembers(ApiClient api, Map<String, HollowNode> nodes, NodeForm form, Timer timer) {
    this.api = api;
    this.nodes = nodes;
    this.form = form;
    this.timer = timer;
    this.registered = new CountDownLatch(nodes.size());
    this.queue = new WorkQueue<>(timer);
    this.loop = ReconcilerLoop.start("hollow-nodes", queue, WORKERS, this::settle);
  }

  /** Counts down with every node that is there and has a lease. */
  CountDownLatch registered() {
    return registered;
  }

  @Override
  public void listing() {
    nodes.values().stream().filter(HollowNode::isThere).forEach(node -> unseen.add(node.name()));
  }

  @Override
  public void present(Node node) {
    HollowRanges.index(node.spec().podCIDR()).ifPresent(this::mark);
    HollowNode ours = nodes.get(node.metadata().name());
    if (ours != null) {
      unseen.remove(ours.name());
      boolean first = ours.state() == HollowNode.State.ABSENT;
      boolean ready = NodeForm.isReady(node);
      ours.seen(node, HollowRanges.index(node.spec().podCIDR()).orElse(0), ready);
      if (first || !ready) {
        queue.add(ours.name());
      }
    }
  }

  @Override
  public void listed() {
    for (HollowNode node : nodes.values()) {
      if (unseen.remove(node.name())) {
        node.left();
      }
      if (node.state() == HollowNode.State.ABSENT) {
        queue.add(node.name());
      }
    }
  }

  @Override
  public void gone(Node last) {
    HollowNode ours = nodes.get(last.metadata().name());
    if (ours != null) {
      ours.left();
      HollowRanges.index(last.spec().podCIDR()).ifPresent(this::release);
      LOG.log(Level.INFO, "hollow node deleted node={0}", ours.name());
    }
  }

  private Outcome settle(String name) {
    HollowNode node = nodes.get(name);
    if (node == null) {
      return Outcome.DONE;
    }
    switch (node.state()) {
      case ABSENT -> {
        return make(node);
      }
      case UNREADY -> {
        ObjectNode patch = Json.object();
        JsonNode status = Node.KIND.toJson(form.node(name, 0, timer.instant())).path("status");
        patch.putObject("status").set("conditions", status.path("conditions"));
        api.patch(Node.KIND, "", name, PatchType.STRATEGIC_MERGE, patch, "status");
        renew(node);
      }
      case READY -> renew(node);
      case LEFT -> {}
    }
    return Outcome.DONE;
  }

  private Outcome make(HollowNode node) {
    int range = takeRange();
    try {
      Node made = api.create(Node.KIND, form.node(node.name(), range, timer.instant()));
      node.seen(made, range, true);
    } catch (ApiException e) {
      release(range);
      if (e.reason() != Reason.ALREADY_EXISTS) {
        throw e;
      }
      node.left();
      LOG.log(
          Level.WARNING,
          "node={0} left alone: there is a node of this name without the label {1}",
          node.name(),
          NodeForm.LABEL);
    }
    renew(node);
    return Outcome.DONE;
  }

  private void renew(HollowNode node) {
    if (node.isThere()) {
      node.lease().renew();
    }
    if (counted.add(node.name())) {
      registered.countDown();
    }
  }

  private synchronized void mark(int range) {
    ranges.set(range);
  }

  private synchronized void release(int range) {
    ranges.clear(range);
  }

  private synchronized int takeRange() {
    int free = ranges.nextClearBit(0) % HollowRanges.RANGES;
    ranges.set(free);
    return free;
  }

  @Override
  public void close() {
    loop.close();
  }
}
