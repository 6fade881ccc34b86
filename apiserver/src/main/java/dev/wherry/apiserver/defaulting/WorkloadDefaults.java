package dev.wherry.apiserver.defaulting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Defaults of apps and batch (apps/v1/defaults.go, batch/v1/defaults.go). */
final class WorkloadDefaults {
  private static final int HISTORY = 10;
  private static final int PROGRESS_SECONDS = 600;
  private static final int BACKOFF_LIMIT = 6;

  private WorkloadDefaults() {}

  private static void template(ObjectNode spec) {
    ObjectNode template = Fill.object(spec, "template");
    PodDefaults.spec(Fill.object(template, "spec"));
  }

  static void deployment(ObjectNode deployment) {
    ObjectNode spec = Fill.object(deployment, "spec");
    template(spec);
    Fill.number(spec, "replicas", 1);
    Fill.number(spec, "revisionHistoryLimit", HISTORY);
    Fill.number(spec, "progressDeadlineSeconds", PROGRESS_SECONDS);
    ObjectNode strategy = Fill.object(spec, "strategy");
    Fill.text(strategy, "type", "RollingUpdate");
    if (strategy.path("type").asText().equals("RollingUpdate")) {
      ObjectNode rolling = Fill.object(strategy, "rollingUpdate");
      Fill.text(rolling, "maxUnavailable", "25%");
      Fill.text(rolling, "maxSurge", "25%");
    }
  }

  static void replicaSet(ObjectNode set) {
    ObjectNode spec = Fill.object(set, "spec");
    template(spec);
    Fill.number(spec, "replicas", 1);
  }

  /** An absent selector and absent labels come from the template. */
  static void replicationController(ObjectNode controller) {
    replicaSet(controller);
    ObjectNode spec = Fill.object(controller, "spec");
    JsonNode labels = spec.path("template").path("metadata").path("labels");
    if (labels.isObject() && !labels.isEmpty()) {
      if (spec.path("selector").isEmpty()) {
        spec.set("selector", labels.deepCopy());
      }
      ObjectNode metadata = Fill.object(controller, "metadata");
      if (metadata.path("labels").isEmpty()) {
        metadata.set("labels", labels.deepCopy());
      }
    }
  }

  static void statefulSet(ObjectNode set) {
    ObjectNode spec = Fill.object(set, "spec");
    template(spec);
    Fill.text(spec, "podManagementPolicy", "OrderedReady");
    ObjectNode strategy = Fill.object(spec, "updateStrategy");
    Fill.text(strategy, "type", "RollingUpdate");
    if (strategy.path("type").asText().equals("RollingUpdate")) {
      Fill.number(Fill.object(strategy, "rollingUpdate"), "partition", 0);
    }
    ObjectNode retention = Fill.object(spec, "persistentVolumeClaimRetentionPolicy");
    Fill.text(retention, "whenDeleted", "Retain");
    Fill.text(retention, "whenScaled", "Retain");
    Fill.number(spec, "replicas", 1);
    Fill.number(spec, "revisionHistoryLimit", HISTORY);
    for (ObjectNode claim : Fill.objects(spec, "volumeClaimTemplates")) {
      KindDefaults.claim(claim);
    }
  }

  static void daemonSet(ObjectNode set) {
    ObjectNode spec = Fill.object(set, "spec");
    template(spec);
    ObjectNode strategy = Fill.object(spec, "updateStrategy");
    Fill.text(strategy, "type", "RollingUpdate");
    if (strategy.path("type").asText().equals("RollingUpdate")) {
      ObjectNode rolling = Fill.object(strategy, "rollingUpdate");
      Fill.number(rolling, "maxUnavailable", 1);
      Fill.number(rolling, "maxSurge", 0);
    }
    Fill.number(spec, "revisionHistoryLimit", HISTORY);
  }

  static void job(ObjectNode job) {
    ObjectNode spec = Fill.object(job, "spec");
    jobSpec(spec);
    JsonNode labels = spec.path("template").path("metadata").path("labels");
    ObjectNode metadata = Fill.object(job, "metadata");
    if (labels.isObject() && !labels.isEmpty() && metadata.path("labels").isEmpty()) {
      metadata.set("labels", labels.deepCopy());
    }
  }

  private static void jobSpec(ObjectNode spec) {
    template(spec);
    if (Fill.absent(spec, "completions") && Fill.absent(spec, "parallelism")) {
      spec.put("completions", 1).put("parallelism", 1);
    }
    Fill.number(spec, "parallelism", 1);
    if (Fill.absent(spec, "backoffLimit")) {
      spec.put(
          "backoffLimit",
          Fill.absent(spec, "backoffLimitPerIndex") ? BACKOFF_LIMIT : Integer.MAX_VALUE);
    }
    Fill.text(spec, "completionMode", "NonIndexed");
    Fill.flag(spec, "suspend", false);
    Fill.text(
        spec,
        "podReplacementPolicy",
        spec.path("podFailurePolicy").isObject() ? "Failed" : "TerminatingOrFailed");
  }

  static void cronJob(ObjectNode cron) {
    ObjectNode spec = Fill.object(cron, "spec");
    Fill.text(spec, "concurrencyPolicy", "Allow");
    Fill.flag(spec, "suspend", false);
    Fill.number(spec, "successfulJobsHistoryLimit", 3);
    Fill.number(spec, "failedJobsHistoryLimit", 1);
    ObjectNode job = Fill.object(Fill.object(spec, "jobTemplate"), "spec");
    PodDefaults.spec(Fill.object(Fill.object(job, "template"), "spec"));
  }
}
