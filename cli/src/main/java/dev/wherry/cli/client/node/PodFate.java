package dev.wherry.cli.client.node;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.pod.PodPhases;

/**
 * What a drain does with a pod, and why (kubectl pkg/drain/filters.go).
 *
 * @param leaves whether the pod is evicted
 * @param note "" for none
 * @param refused whether the note forbids the whole drain
 */
record PodFate(boolean leaves, String note, boolean refused) {
  static final PodFate LEAVES = new PodFate(true, "", false);
  static final PodFate STAYS = new PodFate(false, "", false);

  private static final String MIRROR = "kubernetes.io/config.mirror";

  /**
   * What the user allowed.
   *
   * @param force pods without a controller may go
   * @param daemonSetsIgnored pods of DaemonSets may stay
   * @param dataDeleted pods with emptyDir may go
   */
  record Allowed(boolean force, boolean daemonSetsIgnored, boolean dataDeleted) {}

  /**
   * Decides about a pod.
   *
   * @param missingDaemonSet why its DaemonSet could not be read, "" when it is there
   * @param overdue whether it has been ending for longer than anybody waits
   */
  static PodFate of(JsonNode pod, Allowed allowed, String missingDaemonSet, boolean overdue) {
    if (overdue || pod.path("metadata").path("annotations").has(MIRROR)) {
      return STAYS;
    }
    String phase = pod.path("status").path("phase").asText("");
    if (PodPhases.isFinished(phase)) {
      return LEAVES;
    }
    JsonNode owner = controller(pod);
    String note = "";
    if (isDaemonSet(owner)) {
      if (missingDaemonSet.isEmpty()) {
        return allowed.daemonSetsIgnored()
            ? new PodFate(false, "ignoring DaemonSet-managed Pods", false)
            : refused("DaemonSet-managed Pods (use --ignore-daemonsets to ignore)");
      }
      if (!allowed.force()) {
        return refused(missingDaemonSet);
      }
      note = missingDaemonSet;
    }
    if (hasData(pod)) {
      if (!allowed.dataDeleted()) {
        return refused("Pods with local storage (use --delete-emptydir-data to override)");
      }
      note = "deleting Pods with local storage";
    }
    if (owner.isMissingNode()) {
      if (!allowed.force()) {
        return refused("Pods that declare no controller (use --force to override)");
      }
      note = "deleting Pods that declare no controller";
    }
    return new PodFate(true, note, false);
  }

  private static PodFate refused(String why) {
    return new PodFate(false, why, true);
  }

  /** The owner that manages the pod, missing when there is none. */
  static JsonNode controller(JsonNode pod) {
    for (JsonNode owner : pod.path("metadata").path("ownerReferences")) {
      if (owner.path("controller").asBoolean()) {
        return owner;
      }
    }
    return pod.path("nothing");
  }

  static boolean isDaemonSet(JsonNode owner) {
    return owner.path("kind").asText("").equals("DaemonSet")
        && owner.path("apiVersion").asText("").equals("apps/v1");
  }

  private static boolean hasData(JsonNode pod) {
    for (JsonNode volume : pod.path("spec").path("volumes")) {
      if (volume.has("emptyDir")) {
        return true;
      }
    }
    return false;
  }
}
