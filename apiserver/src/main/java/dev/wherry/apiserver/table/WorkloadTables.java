package dev.wherry.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.kind.GroupVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tables of apps, batch, autoscaling and policy, and of ReplicationControllers. */
final class WorkloadTables {
  private static final int METRICS_SHOWN_MAX = 2;

  private WorkloadTables() {}

  private static KindTable.Builder template(KindTable.Builder table) {
    return table
        .wide(
            "Containers", "Container names of the template.", o -> CoreTables.names(podTemplate(o)))
        .wide(
            "Images", "Container images of the template.", o -> CoreTables.images(podTemplate(o)));
  }

  private static JsonNode podTemplate(JsonNode o) {
    return Fields.get(o, "spec", "template");
  }

  private static long replicas(JsonNode o) {
    return Fields.number(o, "spec", "replicas");
  }

  static KindTable replicationControllers() {
    return template(replicaCounts())
        .wide(
            "Selector",
            "Labels of its pods.",
            o -> Fields.labels(Fields.get(o, "spec", "selector")))
        .build();
  }

  static KindTable replicaSets() {
    return template(replicaCounts())
        .wide(
            "Selector",
            "Labels of its pods.",
            o -> Fields.selectorOrNone(Fields.get(o, "spec", "selector")))
        .build();
  }

  private static KindTable.Builder replicaCounts() {
    return KindTable.builder()
        .name()
        .number("Desired", "Replicas wanted.", WorkloadTables::replicas)
        .number("Current", "Replicas there are.", o -> Fields.number(o, "status", "replicas"))
        .number("Ready", "Replicas ready.", o -> Fields.number(o, "status", "readyReplicas"))
        .age();
  }

  static KindTable deployments() {
    return template(
            KindTable.builder()
                .name()
                .text("Ready", "Pods ready, of those wanted.", WorkloadTables::readyOfDesired)
                .number(
                    "Up-to-date",
                    "string",
                    "Pods of the newest template.",
                    0,
                    o -> Fields.number(o, "status", "updatedReplicas"))
                .number(
                    "Available",
                    "string",
                    "Pods available.",
                    0,
                    o -> Fields.number(o, "status", "availableReplicas"))
                .age())
        .wide(
            "Selector",
            "Labels of its pods.",
            o -> Fields.selector(Fields.get(o, "spec", "selector")))
        .build();
  }

  private static String readyOfDesired(JsonNode o) {
    return Fields.number(o, "status", "readyReplicas") + "/" + replicas(o);
  }

  static KindTable statefulSets() {
    return template(
            KindTable.builder()
                .name()
                .text("Ready", "Pods ready, of those wanted.", WorkloadTables::readyOfDesired)
                .age())
        .build();
  }

  static KindTable daemonSets() {
    return template(
            KindTable.builder()
                .name()
                .number(
                    "Desired",
                    "Nodes that should run it.",
                    o -> Fields.number(o, "status", "desiredNumberScheduled"))
                .number(
                    "Current",
                    "Nodes that run it.",
                    o -> Fields.number(o, "status", "currentNumberScheduled"))
                .number(
                    "Ready",
                    "Nodes where it is ready.",
                    o -> Fields.number(o, "status", "numberReady"))
                .number(
                    "Up-to-date",
                    "Nodes with the newest template.",
                    o -> Fields.number(o, "status", "updatedNumberScheduled"))
                .number(
                    "Available",
                    "Nodes where it is available.",
                    o -> Fields.number(o, "status", "numberAvailable"))
                .text(
                    "Node Selector",
                    "Labels of its nodes.",
                    o -> Fields.labels(Fields.get(podTemplate(o), "spec", "nodeSelector")))
                .age())
        .wide(
            "Selector",
            "Labels of its pods.",
            o -> Fields.selectorOrNone(Fields.get(o, "spec", "selector")))
        .build();
  }

  static KindTable controllerRevisions() {
    return KindTable.builder()
        .name()
        .text("Controller", "Who owns the revision.", WorkloadTables::controller)
        .number(
            "Revision", "string", "Number of the revision.", 0, o -> Fields.number(o, "revision"))
        .age()
        .build();
  }

  private static String controller(JsonNode o) {
    for (JsonNode owner : Fields.get(o, "metadata", "ownerReferences")) {
      if (owner.path("controller").asBoolean()) {
        String group = GroupVersion.of(owner).group();
        return Fields.text(owner, "kind").toLowerCase(Locale.ROOT)
            + (group.isEmpty() ? "" : "." + group)
            + "/"
            + Fields.text(owner, "name");
      }
    }
    return Fields.NONE;
  }

  static KindTable jobs() {
    return template(
            KindTable.builder()
                .name()
                .text("Status", "How far the job is.", WorkloadTables::jobStatus)
                .text("Completions", "Pods done, of those wanted.", WorkloadTables::completions)
                .timed("Duration", "Time from start to completion.", WorkloadTables::jobDuration)
                .age())
        .wide(
            "Selector",
            "Labels of its pods.",
            o -> Fields.selectorOrNone(Fields.get(o, "spec", "selector")))
        .build();
  }

  private static String jobStatus(JsonNode job) {
    if (Fields.conditionTrue(job, "Complete")) {
      return "Complete";
    }
    if (Fields.conditionTrue(job, "Failed")) {
      return "Failed";
    }
    if (Fields.deleting(job)) {
      return "Terminating";
    }
    for (String type : List.of("Suspended", "FailureTarget", "SuccessCriteriaMet")) {
      if (Fields.conditionTrue(job, type)) {
        return type;
      }
    }
    return "Running";
  }

  private static String completions(JsonNode job) {
    long succeeded = Fields.number(job, "status", "succeeded");
    if (Fields.present(job, "spec", "completions")) {
      return succeeded + "/" + Fields.number(job, "spec", "completions");
    }
    long parallelism = Fields.number(job, "spec", "parallelism");
    return parallelism > 1 ? succeeded + "/1 of " + parallelism : succeeded + "/1";
  }

  private static String jobDuration(JsonNode job, Instant now) {
    Optional<Instant> start = TimeCells.instant(Fields.get(job, "status", "startTime"));
    if (start.isEmpty()) {
      return "";
    }
    Instant end = TimeCells.instant(Fields.get(job, "status", "completionTime")).orElse(now);
    return TimeCells.human(Duration.between(start.get(), end));
  }

  static KindTable cronJobs() {
    return KindTable.builder()
        .name()
        .text("Schedule", "When it runs, in cron format.", o -> Fields.text(o, "spec", "schedule"))
        .text(
            "Timezone",
            "Time zone of the schedule.",
            o -> Fields.textOr(Fields.NONE, o, "spec", "timeZone"))
        .column(
            new Column("Suspend", "boolean", "", "Whether it starts no jobs.", 0),
            (o, now) -> TextNode.valueOf(suspended(o)))
        .number("Active", "Jobs running.", o -> Fields.get(o, "status", "active").size())
        .timed("Last Schedule", "When it last started a job.", WorkloadTables::lastSchedule)
        .age()
        .wide(
            "Containers", "Container names of the template.", o -> CoreTables.names(jobTemplate(o)))
        .wide("Images", "Container images of the template.", o -> CoreTables.images(jobTemplate(o)))
        .wide(
            "Selector",
            "Labels of its pods.",
            o -> Fields.selectorOrNone(Fields.get(o, "spec", "jobTemplate", "spec", "selector")))
        .build();
  }

  private static JsonNode jobTemplate(JsonNode o) {
    return Fields.get(o, "spec", "jobTemplate", "spec", "template");
  }

  private static String suspended(JsonNode o) {
    if (!Fields.present(o, "spec", "suspend")) {
      return Fields.UNSET;
    }
    return Fields.get(o, "spec", "suspend").asBoolean() ? "True" : "False";
  }

  private static String lastSchedule(JsonNode o, Instant now) {
    JsonNode last = Fields.get(o, "status", "lastScheduleTime");
    return last.isTextual() ? TimeCells.since(last, now) : Fields.NONE;
  }

  static KindTable podDisruptionBudgets() {
    return KindTable.builder()
        .name()
        .text(
            "Min Available",
            "Pods that must stay available.",
            o -> Fields.textOr("N/A", o, "spec", "minAvailable"))
        .text(
            "Max Unavailable",
            "Pods that may be unavailable.",
            o -> Fields.textOr("N/A", o, "spec", "maxUnavailable"))
        .number(
            "Allowed Disruptions",
            "Pods that may be disrupted now.",
            o -> Fields.number(o, "status", "disruptionsAllowed"))
        .age()
        .build();
  }

  static KindTable horizontalPodAutoscalers() {
    return KindTable.builder()
        .name()
        .text("Reference", "What it scales.", WorkloadTables::scaleTarget)
        .text("Targets", "Metrics, current of wanted.", WorkloadTables::metrics)
        .text(
            "MinPods",
            "Fewest replicas.",
            o -> Fields.textOr(Fields.UNSET, o, "spec", "minReplicas"))
        .number(
            "MaxPods", "string", "Most replicas.", 0, o -> Fields.number(o, "spec", "maxReplicas"))
        .number(
            "Replicas",
            "string",
            "Replicas there are.",
            0,
            o -> Fields.number(o, "status", "currentReplicas"))
        .age()
        .build();
  }

  private static String scaleTarget(JsonNode o) {
    return Fields.text(o, "spec", "scaleTargetRef", "kind")
        + "/"
        + Fields.text(o, "spec", "scaleTargetRef", "name");
  }

  private static String metrics(JsonNode hpa) {
    List<String> texts = new ArrayList<>();
    JsonNode current = Fields.get(hpa, "status", "currentMetrics");
    int index = 0;
    for (JsonNode metric : Fields.get(hpa, "spec", "metrics")) {
      texts.add(metric(metric, current.path(index++)));
    }
    if (texts.isEmpty()) {
      JsonNode percent = Fields.get(hpa, "spec", "targetCPUUtilizationPercentage");
      if (!percent.isNumber()) {
        return Fields.NONE;
      }
      JsonNode used = Fields.get(hpa, "status", "currentCPUUtilizationPercentage");
      return "cpu: "
          + (used.isNumber() ? used.asText() + "%" : Fields.UNKNOWN)
          + "/"
          + percent.asText()
          + "%";
    }
    String shown = String.join(", ", texts.subList(0, Math.min(METRICS_SHOWN_MAX, texts.size())));
    int more = texts.size() - METRICS_SHOWN_MAX;
    return more > 0 ? shown + " + " + more + " more..." : shown;
  }

  private static String metric(JsonNode metric, JsonNode status) {
    String type = Fields.text(metric, "type");
    String field =
        type.isEmpty() ? "\0" : Character.toLowerCase(type.charAt(0)) + type.substring(1);
    JsonNode spec = metric.path(field);
    JsonNode current = Fields.get(status, field, "current");
    JsonNode target = spec.path("target");
    String prefix = type.endsWith("Resource") ? Fields.text(spec, "name") + ": " : "";
    if (target.path("averageUtilization").isNumber()) {
      JsonNode used = current.path("averageUtilization");
      return prefix
          + (used.isNumber() ? used.asText() + "%" : Fields.UNKNOWN)
          + "/"
          + target.path("averageUtilization").asText()
          + "%";
    }
    if (Fields.present(target, "averageValue")) {
      String suffix = prefix.isEmpty() ? " (avg)" : "";
      return prefix
          + Fields.textOr(Fields.UNKNOWN, current, "averageValue")
          + "/"
          + Fields.text(target, "averageValue")
          + suffix;
    }
    return prefix
        + Fields.textOr(Fields.UNKNOWN, current, "value")
        + "/"
        + Fields.text(target, "value");
  }
}
