package dev.wherry.scheduler.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.event.EventType;
import dev.wherry.model.Times;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.scheduler.ClusterWriter;
import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.view.PodView;
import java.time.InstantSource;

/** Writes decisions to the API, with upstream's sentences. */
public final class ApiClusterWriter implements ClusterWriter, BindPlugin {
  private final ApiClient client;
  private final EventRecorder events;
  private final InstantSource clock;

  public ApiClusterWriter(ApiClient client, EventRecorder events, InstantSource clock) {
    this.client = client;
    this.events = events;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "DefaultBinder";
  }

  @Override
  public void bind(PodView pod, String node) {
    ObjectNode binding = Json.object();
    binding.put("kind", "Binding").put("apiVersion", "v1");
    binding
        .putObject("metadata")
        .put("name", pod.key().name())
        .put("namespace", pod.key().namespace())
        .put("uid", pod.uid());
    binding.putObject("target").put("kind", "Node").put("name", node);
    client.subresource(
        "create", Pod.KIND, pod.key().namespace(), pod.key().name(), "binding", binding);
  }

  @Override
  public void reportScheduled(PodView pod, String node) {
    events.report(
        reference(pod),
        EventType.NORMAL,
        "Scheduled",
        "Successfully assigned " + pod.key() + " to " + node);
  }

  @Override
  public void reportPending(PodView pod, String reason, String message) {
    if (!reason.equals("SchedulingGated")) {
      events.report(reference(pod), EventType.WARNING, "FailedScheduling", message);
    }
    patchStatus(pod, condition(pod, "PodScheduled", "False", reason, message));
  }

  @Override
  public void reportNominated(PodView pod, String message) {
    ObjectNode patch = condition(pod, "PodScheduled", "False", "Unschedulable", message);
    patch.withObject("status").put("nominatedNodeName", pod.standing().nominatedNode());
    if (unlessGone(pod, () -> patchStatus(pod, patch))) {
      events.report(reference(pod), EventType.WARNING, "FailedScheduling", message);
    }
  }

  @Override
  public void nominate(PodView pod, String node) {
    ObjectNode patch = Json.object();
    ObjectNode status = patch.putObject("status");
    if (node.isEmpty()) {
      status.putNull("nominatedNodeName");
    } else {
      status.put("nominatedNodeName", node);
    }
    unlessGone(pod, () -> patchStatus(pod, patch));
  }

  @Override
  public void preempt(PodView preemptor, PodView victim, String node) {
    boolean there =
        unlessGone(
            victim,
            () ->
                patchStatus(
                    victim,
                    condition(
                        victim,
                        "DisruptionTarget",
                        "True",
                        PodReader.PREEMPTION_REASON,
                        preemptor.schedulerName()
                            + ": preempting to accommodate a higher priority pod")));
    boolean deleted =
        there
            && unlessGone(
                victim,
                () ->
                    client.delete(
                        Pod.KIND,
                        victim.key().namespace(),
                        victim.key().name(),
                        DeleteOptions.ofUid(victim.uid())));
    if (deleted) {
      events.report(
          reference(victim),
          EventType.NORMAL,
          "Preempted",
          "Preempted by pod " + preemptor.uid() + " on node " + node);
    }
  }

  /** Returns false where the pod is gone, or another has its name. */
  private boolean unlessGone(PodView pod, Runnable write) {
    try {
      write.run();
      return true;
    } catch (ApiException e) {
      if (e.reason() == Reason.NOT_FOUND || (e.reason() == Reason.CONFLICT && isGone(pod))) {
        return false;
      }
      throw e;
    }
  }

  private boolean isGone(PodView pod) {
    try {
      Pod now = client.get(Pod.KIND, pod.key().namespace(), pod.key().name());
      return !now.metadata().uid().equals(pod.uid());
    } catch (ApiException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        return true;
      }
      throw e;
    }
  }

  /** The patch of a status that sets one condition. */
  private ObjectNode condition(
      PodView pod, String type, String status, String reason, String message) {
    ObjectNode patch = Json.object();
    ObjectNode condition = patch.putObject("status").putArray("conditions").addObject();
    condition
        .put("type", type)
        .put("status", status)
        .put("lastTransitionTime", Times.time(clock.instant()))
        .put("reason", reason)
        .put("message", message);
    if (pod.generation() > 0) {
      condition.put("observedGeneration", pod.generation());
    }
    return patch;
  }

  private void patchStatus(PodView pod, ObjectNode patch) {
    patch.putObject("metadata").put("uid", pod.uid());
    client.patch(
        Pod.KIND,
        pod.key().namespace(),
        pod.key().name(),
        PatchType.STRATEGIC_MERGE,
        patch,
        "status");
  }

  private static ObjectReference reference(PodView pod) {
    return ObjectReference.builder()
        .apiVersion("v1")
        .kind("Pod")
        .namespace(pod.key().namespace())
        .name(pod.key().name())
        .uid(pod.uid())
        .build();
  }
}
