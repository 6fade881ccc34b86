package dev.wherry.controllers.node;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.controllers.PodConditions;
import dev.wherry.controllers.PodIndex;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.model.core.v1.Toleration;
import dev.wherry.model.placement.Tolerations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Evicts pods that do not tolerate a NoExecute taint of their node, or only for a time
 * (kube-controller-manager tainteviction). The time runs from when taint and pod were first
 * together, by what stands in the objects: a restart does not begin it anew.
 */
public final class TaintEviction implements Controller {
  private static final int WORKERS = 4;

  private final Informer<Node> nodes;
  private final Informer<Pod> pods;
  private final PlanController<ObjectKey> loop;

  /** Pods whose eviction has a time; at most those on tainted nodes. */
  private final Set<ObjectKey> waiting = ConcurrentHashMap.newKeySet();

  public TaintEviction(Parts parts) {
    nodes = parts.informers().of(Node.KIND);
    pods = PodIndex.of(parts.informers());
    loop = new PlanController<>("taint-eviction", WORKERS, parts, this::decide);
    pods.onChange(change -> {
      ObjectKey key = ObjectKey.of(change.latest());
      boolean gone = change instanceof Change.Removed<Pod>;
      if (gone ? waiting.contains(key) : !change.latest().spec().nodeName().isEmpty()) {
        loop.add(key);
      }
    });
    nodes.onChange(change -> {
      boolean evicts = !evicting(change.latest()).isEmpty();
      for (Pod pod : pods.byIndex(PodIndex.NODE, change.latest().metadata().name())) {
        if (evicts || waiting.contains(ObjectKey.of(pod))) {
          loop.add(ObjectKey.of(pod));
        }
      }
    });
  }

  private Plan decide(ObjectKey key, Instant now) {
    Optional<Pod> pod = pods.get(key);
    Optional<Node> node = pod.flatMap(p -> nodes.get("", p.spec().nodeName()));
    Plan plan = node.isEmpty() ? Plan.NOTHING : decide(pod.get(), node.get(), now);
    if (plan.isEmpty() && plan.again().isPositive()) {
      waiting.add(key);
      return plan;
    }
    boolean waited = waiting.remove(key);
    return waited && plan.isEmpty() ? cancelled(key) : plan;
  }

  /** The taint went in time, or the pod did. */
  private static Plan cancelled(ObjectKey key) {
    ObjectReference pod = References.to(Pod.KIND.info(), key.namespace(), key.name(), "");
    return Plan.of(
        new Action.Report(
            pod, EventType.NORMAL, "TaintManagerEviction", "Cancelling deletion of Pod " + key));
  }

  static Plan decide(Pod pod, Node node, Instant now) {
    List<Taint> taints = evicting(node);
    if (taints.isEmpty() || pod.metadata().deletionTimestamp() != null) {
      return Plan.NOTHING;
    }
    Instant end = Instant.MAX;
    for (Taint taint : taints) {
      Instant until = toleratedUntil(pod, taint, now);
      end = until.isBefore(end) ? until : end;
    }
    if (end.equals(Instant.MAX)) {
      return Plan.NOTHING;
    }
    return end.isAfter(now) ? Plan.after(Duration.between(now, end)) : evict(pod, now);
  }

  private static List<Taint> evicting(Node node) {
    return node.spec().taints().stream()
        .filter(taint -> taint.effect().equals(NodeTaints.NO_EXECUTE))
        .toList();
  }

  /**
   * @return {@link Instant#MAX} for ever, {@link Instant#MIN} not at all
   */
  private static Instant toleratedUntil(Pod pod, Taint taint, Instant now) {
    long seconds = Long.MAX_VALUE;
    boolean tolerated = false;
    for (Toleration toleration : pod.spec().tolerations()) {
      if (Tolerations.tolerates(toleration, taint)) {
        tolerated = true;
        Long limit = toleration.tolerationSeconds();
        seconds = limit == null ? seconds : Math.min(seconds, Math.max(0, limit));
      }
    }
    if (!tolerated) {
      return Instant.MIN;
    }
    return seconds == Long.MAX_VALUE ? Instant.MAX : together(pod, taint, now).plusSeconds(seconds);
  }

  private static Instant together(Pod pod, Taint taint, Instant now) {
    Instant tainted = taint.timeAdded() == null ? now : taint.timeAdded();
    Instant started = pod.status().startTime();
    Instant began = started == null ? pod.metadata().creationTimestamp() : started;
    return began != null && began.isAfter(tainted) ? began : tainted;
  }

  private static Plan evict(Pod pod, Instant now) {
    String name = pod.metadata().namespace() + "/" + pod.metadata().name();
    Pod marked =
        PodConditions.disrupted(
            pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", now);
    return Plan.of(
        new Action.UpdateStatus<>(Pod.KIND, marked),
        new Action.Report(
            References.to(pod),
            EventType.NORMAL,
            "TaintManagerEviction",
            "Marking for deletion Pod " + name),
        new Action.Delete(
            Pod.KIND,
            pod.metadata().namespace(),
            pod.metadata().name(),
            DeleteOptions.ofUid(pod.metadata().uid())));
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
