package dev.wherry.controllers.ipam;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.controllers.Controller;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.controllers.NodeMasks;
import dev.wherry.controllers.Parts;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.ReconcilerLoop;
import dev.wherry.machinery.queue.WorkQueue;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Gives every node a range of each family for its pods (kube-controller-manager nodeipam,
 * RangeAllocator). What is given stands in the nodes and nowhere else: before each gift the server
 * is asked for all of them, so no range is given twice, restarts and late informers included. One
 * worker owns the searches' positions.
 */
public final class NodeIpam implements Controller {
  private final Parts parts;
  private final List<NodeRanges> ranges;
  private final Informer<Node> nodes;
  private final WorkQueue<String> queue;
  private Optional<ReconcilerLoop<String>> loop = Optional.empty();
  private final int[] positions;

  public NodeIpam(Parts parts, ControllersConfig config) {
    this.parts = parts;
    NodeMasks masks = config.choices().masks();
    this.ranges =
        config.ranges().pods().stream()
            .map(range -> new NodeRanges(range, masks.bits(range.family())))
            .toList();
    this.positions = new int[ranges.size()];
    this.nodes = parts.informers().of(Node.KIND);
    this.queue = parts.queue("node-ipam");
    nodes.onChange(change -> {
      if (change.latest().spec().podCIDR().isEmpty()) {
        queue.add(change.latest().metadata().name());
      }
    });
  }

  private Outcome allocate(String name) {
    Optional<Node> node = nodes.fresh(parts.client(), "", name);
    if (node.isEmpty() || !node.get().spec().podCIDR().isEmpty()) {
      return Outcome.DONE;
    }
    List<Node> all = allNodes();
    List<Integer> indexes = new ArrayList<>();
    for (int family = 0; family < ranges.size(); family++) {
      NodeRanges own = ranges.get(family);
      Optional<Integer> index = own.free(used(own, all), positions[family]);
      if (index.isEmpty()) {
        report(node.get(), "CIDRNotAvailable");
        return new Outcome.Retry("no range is free");
      }
      indexes.add(index.get());
    }
    ObjectNode patch = Json.object();
    // Only if nobody else has changed the node since it was read.
    patch
        .withObject("/metadata")
        .put("resourceVersion", node.get().metadata().resourceVersion())
        .put("uid", node.get().metadata().uid());
    ArrayNode given = patch.withObject("/spec").putArray("podCIDRs");
    for (int family = 0; family < ranges.size(); family++) {
      given.add(ranges.get(family).range(indexes.get(family)));
    }
    patch.withObject("/spec").set("podCIDR", given.get(0));
    try {
      parts.client().patch(Node.KIND, "", name, PatchType.MERGE, patch);
    } catch (ApiException e) {
      if (e.reason() != Reason.CONFLICT) {
        report(node.get(), "CIDRAssignmentFailed");
      }
      throw e;
    }
    for (int family = 0; family < ranges.size(); family++) {
      positions[family] = (indexes.get(family) + 1) % ranges.get(family).count();
    }
    return Outcome.DONE;
  }

  private void report(Node node, String reason) {
    String message = "Node " + node.metadata().name() + " status is now: " + reason;
    parts.events().report(node, EventType.NORMAL, reason, message);
  }

  private List<Node> allNodes() {
    return parts.client().list(Node.KIND, "", dev.wherry.machinery.client.ListOptions.ALL).items();
  }

  private static BitSet used(NodeRanges ranges, List<Node> all) {
    BitSet used = new BitSet(ranges.count());
    for (Node node : all) {
      for (String range : node.spec().podCIDRs()) {
        ranges.mark(range, used);
      }
      if (!node.spec().podCIDR().isEmpty()) {
        ranges.mark(node.spec().podCIDR(), used);
      }
    }
    return used;
  }

  @Override
  public void start() {
    loop = Optional.of(ReconcilerLoop.start("node-ipam", queue, 1, this::allocate));
  }

  @Override
  public void close() {
    queue.close();
    loop.ifPresent(ReconcilerLoop::close);
  }
}
