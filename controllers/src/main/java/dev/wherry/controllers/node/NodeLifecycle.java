package dev.wherry.controllers.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.controllers.Controller;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.controllers.NodeLife;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.controllers.PodConditions;
import dev.wherry.controllers.PodIndex;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.lease.LeaseKeeper;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.model.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Watches over nodes: one that falls silent becomes Unknown, its pods not ready; conditions become
 * taints (kube-controller-manager nodelifecycle). What was heard of a node is kept by whichever
 * worker has its key.
 */
public final class NodeLifecycle implements Controller {
  private static final int WORKERS = 4;

  private final NodeLife life;
  private final Informer<Node> nodes;
  private final Informer<Lease> leases;
  private final Informer<Pod> pods;
  private final EvictionPace pace;
  private final Map<String, NodeHealth.Heartbeat> heartbeats = new ConcurrentHashMap<>();
  private final Map<String, ObjectReference> registered = new ConcurrentHashMap<>();
  private final PlanController<String> loop;

  public NodeLifecycle(Parts parts, ControllersConfig config) {
    this.life = config.choices().nodes();
    this.pace = new EvictionPace(life);
    this.nodes = parts.informers().of(Node.KIND);
    this.leases = parts.informers().of(Lease.KIND);
    this.pods = PodIndex.of(parts.informers());
    this.loop = new PlanController<>("node-lifecycle", WORKERS, parts, this::decide);
    nodes.onChange(change -> loop.add(change.latest().metadata().name()));
    pods.onChange(this::podSeen);
  }

  /** A pod that turned ready on a silent node must be marked again. */
  private void podSeen(Change<Pod> change) {
    String node = change.latest().spec().nodeName();
    if (change instanceof Change.Updated<Pod> && !node.isEmpty()) {
      Optional<Node> silent = nodes.get("", node).filter(NodeLifecycle::isSilent);
      if (silent.isPresent() && PodConditions.isTrue(change.latest(), PodConditions.READY)) {
        loop.add(node);
      }
    }
  }

  private static boolean isSilent(Node node) {
    return NodeHealth.readiness(node).equals("Unknown");
  }

  private Plan decide(String name, Instant now) {
    Optional<Node> node = nodes.get("", name);
    if (node.isEmpty()) {
      heartbeats.remove(name);
      ObjectReference known = registered.remove(name);
      return known == null
          ? Plan.NOTHING
          : Plan.of(event(known, "RemovingNode", "Removing Node " + name + " from Controller"));
    }
    List<Action> actions = new ArrayList<>();
    if (registered.putIfAbsent(name, References.to(node.get())) == null) {
      actions.add(
          event(
              References.to(node.get()),
              "RegisteredNode",
              "Registered Node " + name + " in Controller"));
    }
    Optional<Lease> lease = leases.get(LeaseKeeper.NODE_NAMESPACE, name);
    Optional<NodeHealth.Heartbeat> before = Optional.ofNullable(heartbeats.get(name));
    NodeHealth.Heartbeat heartbeat = NodeHealth.observe(node.get(), lease, before, now);
    heartbeats.put(name, heartbeat);
    Optional<Node> silenced = NodeHealth.silenced(node.get(), heartbeat, life, now);
    Plan plan =
        silenced.isPresent()
            ? report(node.get(), silenced.get())
            : settle(
                node.get(),
                pods.byIndex(PodIndex.NODE, name),
                pace.judge(node.get(), nodes.list(), now),
                now);
    actions.addAll(plan.actions());
    return Plan.of(actions).withAgain(life.monitorPeriod());
  }

  private static Action event(ObjectReference node, String reason, String message) {
    return new Action.Report(node, EventType.NORMAL, reason, message);
  }

  private static Plan report(Node before, Node silenced) {
    List<Action> actions = new ArrayList<>();
    actions.add(new Action.UpdateStatus<>(Node.KIND, silenced));
    if (NodeHealth.readiness(before).equals("True")) {
      String message = "Node " + before.metadata().name() + " status is now: NodeNotReady";
      actions.add(event(References.to(before), "NodeNotReady", message));
    }
    return Plan.of(actions);
  }

  /** Taints and pods as the node's conditions call for. */
  static Plan settle(Node node, List<Pod> pods, NodeTaints.Eviction eviction, Instant now) {
    List<Action> actions = new ArrayList<>();
    List<Taint> wanted = NodeTaints.wanted(node, eviction, now);
    if (!wanted.equals(node.spec().taints())) {
      actions.add(
          new Action.Patch(
              Node.KIND, "", node.metadata().name(), PatchType.MERGE, patch(node, wanted), ""));
    }
    if (isSilent(node)) {
      for (Pod pod : pods) {
        if (PodConditions.isTrue(pod, PodConditions.READY)) {
          actions.add(new Action.UpdateStatus<>(Pod.KIND, notReady(pod, now)));
          actions.add(
              new Action.Report(
                  References.to(pod), EventType.WARNING, "NodeNotReady", "Node is not ready"));
        }
      }
    }
    return Plan.of(actions);
  }

  private static Pod notReady(Pod pod, Instant now) {
    return PodConditions.with(pod, PodConditions.READY, "False", "", "", now);
  }

  private static JsonNode patch(Node node, List<Taint> taints) {
    ObjectNode patch = Json.object();
    patch.withObject("/metadata").put("resourceVersion", node.metadata().resourceVersion());
    Node only =
        Node.EMPTY.toBuilder().spec(Node.EMPTY.spec().toBuilder().taints(taints).build()).build();
    JsonNode list = Node.KIND.toJson(only).at("/spec/taints");
    ArrayNode none = Json.array();
    patch.withObject("/spec").set("taints", list.isArray() ? list : none);
    return patch;
  }

  @Override
  public void start() {
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
  }
}
