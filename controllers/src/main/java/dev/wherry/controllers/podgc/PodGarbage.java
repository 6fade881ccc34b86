package dev.wherry.controllers.podgc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.controllers.Controller;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.controllers.PodConditions;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Deletes pods that nobody else would (kube-controller-manager podgc): the oldest finished ones
 * above a number, those of nodes that are gone, and deleted ones that never had a node. One worker
 * owns what is remembered of missing nodes.
 */
public final class PodGarbage implements Controller {
  static final Duration EVERY = Duration.ofSeconds(20);

  /** So long must a node have been missing: it may be about to register again. */
  static final Duration QUARANTINE = Duration.ofSeconds(40);

  private static final String SWEEP = "sweep";

  private final Informer<Node> nodes;
  private final Informer<Pod> pods;
  private final int terminatedMax;
  private final ApiClient client;
  private final Map<String, Instant> missingSince = new HashMap<>();
  private final PlanController<String> loop;

  public PodGarbage(Parts parts, ControllersConfig config) {
    this.nodes = parts.informers().of(Node.KIND);
    this.pods = parts.informers().of(Pod.KIND);
    int most = config.choices().terminatedPodsMax();
    this.terminatedMax = most > 0 ? most : Integer.MAX_VALUE;
    this.client = parts.client();
    this.loop = new PlanController<>("pod-gc", 1, parts, (_, now) -> sweep(now));
  }

  private Plan sweep(Instant now) {
    List<Pod> all = pods.list();
    return decide(all, goneNodes(all, now), terminatedMax, now).withAgain(EVERY);
  }

  private Set<String> goneNodes(List<Pod> all, Instant now) {
    Set<String> missing = new HashSet<>();
    for (Pod pod : all) {
      String node = pod.spec().nodeName();
      if (!node.isEmpty() && nodes.get("", node).isEmpty()) {
        missing.add(node);
      }
    }
    missingSince.keySet().retainAll(missing);
    missing.forEach(node -> missingSince.putIfAbsent(node, now));
    Set<String> gone = new HashSet<>();
    missingSince.forEach((node, since) -> {
      if (!now.isBefore(since.plus(QUARANTINE)) && nodes.fresh(client, "", node).isEmpty()) {
        gone.add(node);
      }
    });
    return gone;
  }

  static Plan decide(List<Pod> pods, Set<String> goneNodes, int terminatedMax, Instant now) {
    List<Action> actions = new ArrayList<>();
    Set<String> deleted = new HashSet<>();
    for (Pod pod : pods) {
      if (goneNodes.contains(pod.spec().nodeName())) {
        deleted.add(pod.metadata().uid());
        orphan(pod, now, actions);
      } else if (pod.spec().nodeName().isEmpty() && pod.metadata().deletionTimestamp() != null) {
        deleted.add(pod.metadata().uid());
        actions.add(delete(pod));
      }
    }
    pods.stream()
        .filter(pod -> PodFacts.isFinished(pod) && !deleted.contains(pod.metadata().uid()))
        .sorted(Comparator.comparing(PodFacts::created).reversed())
        .skip(terminatedMax)
        .forEach(pod -> actions.add(delete(pod)));
    return Plan.of(actions);
  }

  private static void orphan(Pod pod, Instant now, List<Action> actions) {
    if (!PodFacts.isFinished(pod)) {
      Pod marked =
          PodConditions.disrupted(pod, "DeletionByPodGC", "PodGC: node no longer exists", now);
      Pod failed =
          marked.toBuilder().status(marked.status().toBuilder().phase("Failed").build()).build();
      actions.add(
          new Action.Patch(
              Pod.KIND,
              pod.metadata().namespace(),
              pod.metadata().name(),
              PatchType.MERGE,
              statusPatch(failed),
              "status"));
    }
    actions.add(delete(pod));
  }

  private static ObjectNode statusPatch(Pod pod) {
    ObjectNode patch = Json.object();
    patch
        .withObject("/metadata")
        .put("uid", pod.metadata().uid())
        .put("resourceVersion", pod.metadata().resourceVersion());
    JsonNode conditions = Pod.KIND.toJson(pod).at("/status/conditions");
    patch.withObject("/status").put("phase", pod.status().phase()).set("conditions", conditions);
    return patch;
  }

  private static Action delete(Pod pod) {
    return new Action.Delete(
        Pod.KIND,
        pod.metadata().namespace(),
        pod.metadata().name(),
        DeleteOptions.ofUid(pod.metadata().uid()).withGrace(0));
  }

  @Override
  public void start() {
    loop.add(SWEEP);
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
  }
}
