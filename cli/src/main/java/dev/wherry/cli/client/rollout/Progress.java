package dev.wherry.cli.client.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;

/**
 * How far a rollout is (kubectl pkg/polymorphichelpers, StatusViewer).
 *
 * @param text a line without its end
 */
record Progress(String text, boolean done) {
  private static final String REVISION = "deployment.kubernetes.io/revision";
  private static final String UNOBSERVED = "Waiting for %s spec update to be observed...";

  private static Progress waiting(String text, Object... arguments) {
    return new Progress(text.formatted(arguments), false);
  }

  private static Progress over(String text, Object... arguments) {
    return new Progress(text.formatted(arguments), true);
  }

  /**
   * @param kind such as {@code Deployment.apps}
   * @param revision that must be the running one, 0 for any
   * @throws ClientException when the rollout has failed or has no status
   */
  static Progress of(String kind, JsonNode workload, long revision) {
    return switch (kind) {
      case "Deployment.apps" -> deployment(workload, revision);
      case "DaemonSet.apps" -> daemonSet(workload);
      case "StatefulSet.apps" -> statefulSet(workload);
      default -> throw ClientException.error("no status viewer has been implemented for " + kind);
    };
  }

  private static boolean observed(JsonNode workload) {
    return workload.path("metadata").path("generation").asLong()
        <= workload.path("status").path("observedGeneration").asLong();
  }

  private static String name(JsonNode workload) {
    return workload.path("metadata").path("name").asText();
  }

  private static Progress deployment(JsonNode deployment, long revision) {
    String name = name(deployment);
    long running = deployment.path("metadata").path("annotations").path(REVISION).asLong();
    if (revision > 0 && revision != running) {
      throw ClientException.error(
          "desired revision (%d) is different from the running revision (%d)"
              .formatted(revision, running));
    }
    if (!observed(deployment)) {
      return waiting(UNOBSERVED, "deployment");
    }
    JsonNode status = deployment.path("status");
    for (JsonNode condition : status.path("conditions")) {
      boolean late = condition.path("reason").asText().equals("ProgressDeadlineExceeded");
      if (condition.path("type").asText().equals("Progressing") && late) {
        throw ClientException.error("deployment \"" + name + "\" exceeded its progress deadline");
      }
    }
    int wanted = deployment.path("spec").path("replicas").asInt();
    int updated = status.path("updatedReplicas").asInt();
    int all = status.path("replicas").asInt();
    int available = status.path("availableReplicas").asInt();
    String what = "Waiting for deployment \"" + name + "\" rollout to finish: ";
    if (deployment.path("spec").has("replicas") && updated < wanted) {
      return waiting("%s%d out of %d new replicas have been updated...", what, updated, wanted);
    }
    if (all > updated) {
      return waiting("%s%d old replicas are pending termination...", what, all - updated);
    }
    if (available < updated) {
      return waiting("%s%d of %d updated replicas are available...", what, available, updated);
    }
    return over("deployment \"%s\" successfully rolled out", name);
  }

  private static void requireRolling(JsonNode workload) {
    String strategy = workload.path("spec").path("updateStrategy").path("type").asText("");
    if (!strategy.equals("RollingUpdate")) {
      throw ClientException.error(
          "rollout status is only available for RollingUpdate strategy type");
    }
  }

  private static Progress daemonSet(JsonNode set) {
    requireRolling(set);
    if (!observed(set)) {
      return waiting(UNOBSERVED, "daemon set");
    }
    JsonNode status = set.path("status");
    int wanted = status.path("desiredNumberScheduled").asInt();
    int updated = status.path("updatedNumberScheduled").asInt();
    int available = status.path("numberAvailable").asInt();
    String what = "Waiting for daemon set \"" + name(set) + "\" rollout to finish: ";
    if (updated < wanted) {
      return waiting("%s%d out of %d new pods have been updated...", what, updated, wanted);
    }
    if (available < wanted) {
      return waiting("%s%d of %d updated pods are available...", what, available, wanted);
    }
    return over("daemon set \"%s\" successfully rolled out", name(set));
  }

  private static Progress statefulSet(JsonNode set) {
    requireRolling(set);
    JsonNode status = set.path("status");
    if (status.path("observedGeneration").asLong() == 0 || !observed(set)) {
      return waiting(UNOBSERVED, "statefulset");
    }
    int wanted = set.path("spec").path("replicas").asInt();
    int updated = status.path("updatedReplicas").asInt();
    int ready = status.path("readyReplicas").asInt();
    if (ready < wanted) {
      return waiting("Waiting for %d pods to be ready...", wanted - ready);
    }
    JsonNode rolling = set.path("spec").path("updateStrategy").path("rollingUpdate");
    if (rolling.isObject()) {
      int above = wanted - rolling.path("partition").asInt();
      if (rolling.has("partition") && updated < above) {
        return waiting(
            "Waiting for partitioned roll out to finish: %d out of %d new pods have been"
                + " updated...",
            updated, above);
      }
      return over("partitioned roll out complete: %d new pods have been updated...", updated);
    }
    String current = status.path("currentRevision").asText("");
    String update = status.path("updateRevision").asText("");
    if (!update.equals(current)) {
      return waiting(
          "waiting for statefulset rolling update to complete %d pods at revision %s...",
          updated, update);
    }
    return over(
        "statefulset rolling update complete %d pods at revision %s...",
        status.path("currentReplicas").asInt(), current);
  }
}
