package dev.wherry.model.defaults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** apps, batch, autoscaling and replication controllers. */
final class WorkloadDefaults {
  private static final int HISTORY = 10;
  private static final int PROGRESS_SECONDS = 600;
  private static final int JOB_BACKOFF = 6;

  private WorkloadDefaults() {}

  static void template(ObjectNode owner) {
    PodDefaults.spec(Fill.child(Fill.child(owner, "template"), "spec"));
  }

  static void deployment(ObjectNode deployment) {
    ObjectNode spec = Fill.child(deployment, "spec");
    Fill.number(spec, "replicas", 1);
    ObjectNode strategy = Fill.child(spec, "strategy");
    Fill.text(strategy, "type", "RollingUpdate");
    if (strategy.path("type").asText().equals("RollingUpdate")) {
      ObjectNode rolling = Fill.child(strategy, "rollingUpdate");
      Fill.optionalText(rolling, "maxUnavailable", "25%");
      Fill.optionalText(rolling, "maxSurge", "25%");
    }
    Fill.number(spec, "revisionHistoryLimit", HISTORY);
    Fill.number(spec, "progressDeadlineSeconds", PROGRESS_SECONDS);
    template(spec);
  }

  static void daemonSet(ObjectNode set) {
    ObjectNode spec = Fill.child(set, "spec");
    ObjectNode strategy = Fill.child(spec, "updateStrategy");
    Fill.text(strategy, "type", "RollingUpdate");
    if (strategy.path("type").asText().equals("RollingUpdate")) {
      ObjectNode rolling = Fill.child(strategy, "rollingUpdate");
      Fill.optionalNumber(rolling, "maxUnavailable", 1);
      Fill.optionalNumber(rolling, "maxSurge", 0);
    }
    Fill.number(spec, "revisionHistoryLimit", HISTORY);
    template(spec);
  }

  static void statefulSet(ObjectNode set) {
    ObjectNode spec = Fill.child(set, "spec");
    Fill.text(spec, "podManagementPolicy", "OrderedReady");
    ObjectNode strategy = Fill.child(spec, "updateStrategy");
    if (Fill.absent(strategy, "type")) {
      strategy.put("type", "RollingUpdate");
      Fill.child(strategy, "rollingUpdate");
    }
    if (strategy.path("type").asText().equals("RollingUpdate")
        && Fill.has(strategy, "rollingUpdate")) {
      Fill.number(Fill.child(strategy, "rollingUpdate"), "partition", 0);
    }
    ObjectNode retention = Fill.child(spec, "persistentVolumeClaimRetentionPolicy");
    Fill.text(retention, "whenDeleted", "Retain");
    Fill.text(retention, "whenScaled", "Retain");
    Fill.number(spec, "replicas", 1);
    Fill.number(spec, "revisionHistoryLimit", HISTORY);
    for (ObjectNode claim : Fill.each(spec, "volumeClaimTemplates")) {
      Fill.text(claim, "apiVersion", "v1");
      Fill.text(claim, "kind", "PersistentVolumeClaim");
      VolumeDefaults.claim(claim);
    }
    template(spec);
  }

  static void replicaSet(ObjectNode set) {
    Fill.number(Fill.child(set, "spec"), "replicas", 1);
    template(Fill.child(set, "spec"));
  }

  static void replicationController(ObjectNode controller) {
    ObjectNode spec = Fill.child(controller, "spec");
    JsonNode labels = spec.at("/template/metadata/labels");
    if (!labels.isEmpty()) {
      if (spec.path("selector").isEmpty()) {
        spec.set("selector", labels.deepCopy());
      }
      ownLabels(controller, labels);
    }
    Fill.number(spec, "replicas", 1);
    if (Fill.has(spec, "template")) {
      template(spec);
    }
  }

  private static void ownLabels(ObjectNode object, JsonNode labels) {
    ObjectNode metadata = Fill.child(object, "metadata");
    if (metadata.path("labels").isEmpty() && !labels.isEmpty()) {
      metadata.set("labels", labels.deepCopy());
    }
  }

  static void job(ObjectNode job) {
    ObjectNode spec = Fill.child(job, "spec");
    if (Fill.absent(spec, "completions") && Fill.absent(spec, "parallelism")) {
      spec.put("completions", 1);
    }
    Fill.number(spec, "parallelism", 1);
    boolean perIndex = !Fill.absent(spec, "backoffLimitPerIndex");
    Fill.number(spec, "backoffLimit", perIndex ? Integer.MAX_VALUE : JOB_BACKOFF);
    ownLabels(job, spec.at("/template/metadata/labels"));
    Fill.optionalText(spec, "completionMode", "NonIndexed");
    Fill.flag(spec, "suspend", false);
    Fill.flag(spec, "manualSelector", false);
    boolean policy = Fill.has(spec, "podFailurePolicy");
    Fill.optionalText(spec, "podReplacementPolicy", policy ? "Failed" : "TerminatingOrFailed");
    for (ObjectNode rule : Fill.each(Fill.peek(spec, "podFailurePolicy"), "rules")) {
      Fill.each(rule, "onPodConditions").forEach(c -> Fill.text(c, "status", "True"));
    }
    template(spec);
  }

  static void cronJob(ObjectNode job) {
    ObjectNode spec = Fill.child(job, "spec");
    Fill.text(spec, "concurrencyPolicy", "Allow");
    Fill.flag(spec, "suspend", false);
    Fill.number(spec, "successfulJobsHistoryLimit", 3);
    Fill.number(spec, "failedJobsHistoryLimit", 1);
    template(Fill.child(Fill.child(spec, "jobTemplate"), "spec"));
  }

  static void autoscaler(ObjectNode scaler) {
    ObjectNode spec = Fill.child(scaler, "spec");
    Fill.number(spec, "minReplicas", 1);
    boolean v2 = scaler.path("apiVersion").asText().endsWith("/v2");
    if (v2 && spec.path("metrics").isEmpty()) {
      ObjectNode metric = spec.putArray("metrics").addObject().put("type", "Resource");
      ObjectNode resource = metric.putObject("resource").put("name", "cpu");
      resource.putObject("target").put("type", "Utilization").put("averageUtilization", 80);
    }
    if (v2 && Fill.has(spec, "behavior")) {
      ObjectNode behavior = Fill.peek(spec, "behavior");
      ObjectNode up = Fill.child(behavior, "scaleUp");
      Fill.number(up, "stabilizationWindowSeconds", 0);
      scalingRules(up, List.of("Pods:4", "Percent:100"));
      scalingRules(Fill.child(behavior, "scaleDown"), List.of("Percent:100"));
    }
  }

  private static void scalingRules(ObjectNode rules, List<String> policies) {
    Fill.optionalText(rules, "selectPolicy", "Max");
    if (!rules.hasNonNull("policies")) {
      var list = rules.putArray("policies");
      for (String policy : policies) {
        int colon = policy.indexOf(':');
        list.addObject()
            .put("type", policy.substring(0, colon))
            .put("value", Integer.parseInt(policy.substring(colon + 1)))
            .put("periodSeconds", 15);
      }
    }
  }
}
