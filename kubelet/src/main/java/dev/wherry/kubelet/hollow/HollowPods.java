package dev.wherry.kubelet.hollow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.kubelet.status.StatusPatch;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.ReconcilerLoop;
import dev.wherry.machinery.queue.WorkQueue;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Brings pods of hollow nodes through their stages. Only pods that need something are held, until
 * it is written (pods of Jobs while they run); the watch waits while too many are.
 */
final class HollowPods implements Follow.Listener<Pod>, AutoCloseable {
  /** Pods that may need something at a time. */
  private static final int DUE_MAX = 16_384;

  /** Writes under way at a time. */
  private static final int WORKERS = 32;

  private final ApiClient api;
  private final Map<String, HollowNode> nodes;
  private final Duration jobTime;
  private final Timer timer;
  private final WorkQueue<ObjectKey> queue;
  private final ReconcilerLoop<ObjectKey> loop;
  private final Map<ObjectKey, Pod> due = new ConcurrentHashMap<>();

  /**
   * @param nodes by name; all that will ever be
   * @param jobTime how long pods of Jobs run
   */
  HollowPods(ApiClient api, Map<String, HollowNode> nodes, Duration jobTime, Timer timer) {
    this.api = api;
    this.nodes = nodes;
    this.jobTime = jobTime;
    this.timer = timer;
    this.queue = new WorkQueue<>(timer, DUE_MAX);
    this.loop = ReconcilerLoop.start("hollow-pods", queue, WORKERS, this::advance);
  }

  @Override
  public void listing() {
    nodes.values().forEach(HollowNode::forgetAddresses);
  }

  @Override
  public void listed() {}

  @Override
  public void present(Pod pod) {
    HollowNode node = nodes.get(pod.spec().nodeName());
    if (node == null) {
      return;
    }
    ObjectKey key = ObjectKey.of(pod);
    PodStage stage = PodStage.next(pod, jobTime, timer.instant());
    if (!onHostNetwork(pod)) {
      boolean ended = pod.status().phase().equals("Succeeded");
      if (ended || pod.status().phase().equals("Failed")) {
        node.free(pod.status().podIP());
      } else {
        node.keep(pod.status().podIP());
      }
    }
    switch (stage) {
      case PodStage.Rest() -> due.remove(key);
      case PodStage.Wait(Duration left) -> {
        due.put(key, pod);
        queue.addAfter(key, left);
      }
      case PodStage.Run _, PodStage.Succeed _, PodStage.Fail _, PodStage.Remove _ -> {
        due.put(key, pod);
        queue.add(key);
      }
    }
  }

  @Override
  public void gone(Pod last) {
    HollowNode node = nodes.get(last.spec().nodeName());
    if (node != null) {
      due.remove(ObjectKey.of(last));
      node.free(last.status().podIP());
    }
  }

  private Outcome advance(ObjectKey key) {
    Pod pod = due.get(key);
    HollowNode node = pod == null ? null : nodes.get(pod.spec().nodeName());
    if (pod == null || node == null) {
      return Outcome.DONE;
    }
    PodStage stage = PodStage.next(pod, jobTime, timer.instant());
    if (stage instanceof PodStage.Wait(Duration left)) {
      return new Outcome.Again(left);
    }
    if (!carryOut(stage, pod, node)) {
      return new Outcome.Retry("no address is free on " + node.name());
    }
    due.remove(key, pod);
    return Outcome.DONE;
  }

  /** Returns whether it was possible. */
  private boolean carryOut(PodStage stage, Pod pod, HollowNode node) {
    switch (stage) {
      case PodStage.Rest _, PodStage.Wait _ -> {}
      case PodStage.Run() -> {
        return run(pod, node);
      }
      case PodStage.Succeed() -> write(pod, HollowStatuses.succeeded(pod, timer.instant()));
      case PodStage.Fail() -> write(pod, HollowStatuses.failed(pod, timer.instant()));
      case PodStage.Remove() ->
          unlessGone(() ->
              api.delete(
                  Pod.KIND,
                  pod.metadata().namespace(),
                  pod.metadata().name(),
                  DeleteOptions.ofUid(pod.metadata().uid()).withGrace(0)));
    }
    return true;
  }

  private boolean run(Pod pod, HollowNode node) {
    String host = node.address();
    if (onHostNetwork(pod)) {
      write(pod, HollowStatuses.running(pod, host, host, timer.instant()));
      return true;
    }
    OptionalInt number = node.take();
    if (number.isEmpty()) {
      return false;
    }
    String address = node.address(number.getAsInt());
    boolean written = false;
    try {
      written = write(pod, HollowStatuses.running(pod, host, address, timer.instant()));
    } finally {
      if (written) {
        node.keep(address);
      } else {
        node.free(address);
      }
    }
    return true;
  }

  private static boolean onHostNetwork(Pod pod) {
    return Boolean.TRUE.equals(pod.spec().hostNetwork());
  }

  /** Whether the pod is still there. */
  private boolean write(Pod pod, PodStatus status) {
    Optional<JsonNode> patch = StatusPatch.between(pod, pod.status(), status);
    return patch.isEmpty()
        || unlessGone(() ->
            api.patch(
                Pod.KIND,
                pod.metadata().namespace(),
                pod.metadata().name(),
                PatchType.STRATEGIC_MERGE,
                patch.get(),
                "status"));
  }

  /** A pod that is gone, or another of its name, needs nothing any more. */
  private static boolean unlessGone(Runnable write) {
    try {
      write.run();
      return true;
    } catch (ApiException e) {
      if (e.reason() == Reason.NOT_FOUND || e.reason() == Reason.CONFLICT) {
        return false;
      }
      throw e;
    }
  }

  /** Pods that need something that is not written yet. */
  int waiting() {
    return due.size();
  }

  @Override
  public void close() {
    loop.close();
  }
}
