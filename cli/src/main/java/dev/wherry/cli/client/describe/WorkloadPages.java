package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs and CronJobs. */
final class WorkloadPages {
  private static final String REVISION = "deployment.kubernetes.io/revision";

  private WorkloadPages() {}

  private static void head(JsonNode object, Page page) {
    page.field(0, "Name", object.path("metadata").path("name").asText());
    page.field(0, "Namespace", object.path("metadata").path("namespace").asText());
  }

  private static void created(JsonNode object, Page page) {
    page.field(
        0, "CreationTimestamp", Moments.date(object.path("metadata").path("creationTimestamp")));
  }

  private static String selector(JsonNode object) {
    return Multiline.selector(object.path("spec").path("selector"));
  }

  private static void conditions(JsonNode object, Page page) {
    JsonNode conditions = object.path("status").path("conditions");
    if (conditions.isEmpty()) {
      return;
    }
    page.line(0, "Conditions:").line(1, "Type\tStatus\tReason").line(1, "----\t------\t------");
    for (JsonNode c : conditions) {
      page.line(
          1,
          c.path("type").asText()
              + " \t"
              + c.path("status").asText()
              + "\t"
              + c.path("reason").asText(""));
    }
  }

  static void deployment(JsonNode deployment, Page page, Surroundings around) {
    JsonNode spec = deployment.path("spec");
    JsonNode status = deployment.path("status");
    head(deployment, page);
    created(deployment, page);
    Multiline.metadata(page, deployment);
    page.field(0, "Selector", selector(deployment));
    page.field(
        0,
        "Replicas",
        "%d desired | %d updated | %d total | %d available | %d unavailable"
            .formatted(
                spec.path("replicas").asInt(),
                status.path("updatedReplicas").asInt(),
                status.path("replicas").asInt(),
                status.path("availableReplicas").asInt(),
                status.path("unavailableReplicas").asInt()));
    page.field(0, "StrategyType", spec.path("strategy").path("type").asText(""));
    page.field(0, "MinReadySeconds", Integer.toString(spec.path("minReadySeconds").asInt()));
    JsonNode rolling = spec.path("strategy").path("rollingUpdate");
    if (rolling.isObject()) {
      page.field(
          0,
          "RollingUpdateStrategy",
          "%s max unavailable, %s max surge"
              .formatted(
                  rolling.path("maxUnavailable").asText(), rolling.path("maxSurge").asText()));
    }
    PodPages.template(page, spec.path("template"));
    conditions(deployment, page);
    replicaSets(deployment, page, around);
    around.events(page, deployment);
  }

  private static void replicaSets(JsonNode deployment, Page page, Surroundings around) {
    JsonNode metadata = deployment.path("metadata");
    String path =
        "/apis/apps/v1/namespaces/" + metadata.path("namespace").asText() + "/replicasets";
    List<String> old = new ArrayList<>();
    List<String> now = new ArrayList<>();
    String revision = metadata.path("annotations").path(REVISION).asText("");
    for (JsonNode set : around.list(path, selector(deployment), "")) {
      if (!Surroundings.controlledBy(set, metadata.path("uid").asText())) {
        continue;
      }
      boolean current =
          set.path("metadata").path("annotations").path(REVISION).asText("").equals(revision);
      (current ? now : old)
          .add(
              "%s (%d/%d replicas created)"
                  .formatted(
                      set.path("metadata").path("name").asText(),
                      set.path("status").path("replicas").asInt(),
                      set.path("spec").path("replicas").asInt()));
    }
    if (!old.isEmpty() || !now.isEmpty()) {
      page.field(0, "OldReplicaSets", Page.or(String.join(", ", old), "<none>"));
      page.field(0, "NewReplicaSet", Page.or(String.join(", ", now), "<none>"));
    }
  }

  static void replicaSet(JsonNode set, Page page, Surroundings around) {
    head(set, page);
    page.field(0, "Selector", Page.or(selector(set), "<none>"));
    Multiline.metadata(page, set);
    controlled(set, page);
    replicas(set, page, around);
  }

  static void replicationController(JsonNode controller, Page page, Surroundings around) {
    head(controller, page);
    page.field(0, "Selector", Multiline.pairs(controller.path("spec").path("selector")));
    Multiline.metadata(page, controller);
    replicas(controller, page, around);
  }

  private static void replicas(JsonNode set, Page page, Surroundings around) {
    page.field(
        0,
        "Replicas",
        "%d current / %d desired"
            .formatted(
                set.path("status").path("replicas").asInt(),
                set.path("spec").path("replicas").asInt()));
    page.field(0, "Pods Status", around.podsStatus(set));
    PodPages.template(page, set.path("spec").path("template"));
    conditions(set, page);
    around.events(page, set);
  }

  private static void controlled(JsonNode object, Page page) {
    String controller = Multiline.controller(object);
    if (!controller.isEmpty()) {
      page.field(0, "Controlled By", controller);
    }
  }

  static void statefulSet(JsonNode set, Page page, Surroundings around) {
    JsonNode spec = set.path("spec");
    head(set, page);
    created(set, page);
    page.field(0, "Selector", selector(set));
    Multiline.metadata(page, set);
    page.field(
        0,
        "Replicas",
        "%d desired | %d total"
            .formatted(spec.path("replicas").asInt(), set.path("status").path("replicas").asInt()));
    JsonNode strategy = spec.path("updateStrategy");
    page.field(0, "Update Strategy", strategy.path("type").asText(""));
    JsonNode rolling = strategy.path("rollingUpdate");
    if (rolling.has("partition")) {
      page.fieldIfSet(1, "Partition", rolling.path("partition"));
      page.fieldIfSet(1, "MaxUnavailable", rolling.path("maxUnavailable"));
    }
    page.field(0, "Pods Status", around.podsStatus(set));
    PodPages.template(page, spec.path("template"));
    claims(spec.path("volumeClaimTemplates"), page);
    around.events(page, set);
  }

  private static void claims(JsonNode templates, Page page) {
    page.line(0, "Volume Claims:" + (templates.isEmpty() ? "\t<none>" : ""));
    for (JsonNode claim : templates) {
      JsonNode spec = claim.path("spec");
      page.field(1, "Name", claim.path("metadata").path("name").asText());
      page.field(1, "StorageClass", spec.path("storageClassName").asText(""));
      Multiline.labels(page, "  Labels", claim.path("metadata").path("labels"));
      Multiline.labels(page, "  Annotations", claim.path("metadata").path("annotations"));
      page.field(
          1,
          "Capacity",
          spec.path("resources").path("requests").path("storage").asText("<default>"));
      page.field(1, "Access Modes", "[" + Page.joined(spec.path("accessModes"), " ") + "]");
    }
  }

  static void daemonSet(JsonNode set, Page page, Surroundings around) {
    JsonNode status = set.path("status");
    head(set, page);
    page.field(0, "Selector", selector(set));
    page.field(
        0,
        "Node-Selector",
        Multiline.pairs(set.path("spec").path("template").path("spec").path("nodeSelector")));
    Multiline.metadata(page, set);
    page.line(
        0, "Desired Number of Nodes Scheduled: " + status.path("desiredNumberScheduled").asInt());
    page.line(
        0, "Current Number of Nodes Scheduled: " + status.path("currentNumberScheduled").asInt());
    page.line(
        0,
        "Number of Nodes Scheduled with Up-to-date Pods: "
            + status.path("updatedNumberScheduled").asInt());
    page.line(
        0,
        "Number of Nodes Scheduled with Available Pods: " + status.path("numberAvailable").asInt());
    page.line(0, "Number of Nodes Misscheduled: " + status.path("numberMisscheduled").asInt());
    page.field(0, "Pods Status", around.podsStatus(set));
    PodPages.template(page, set.path("spec").path("template"));
    around.events(page, set);
  }

  static void job(JsonNode job, Page page, Surroundings around) {
    JsonNode spec = job.path("spec");
    JsonNode status = job.path("status");
    head(job, page);
    page.field(0, "Selector", selector(job));
    Multiline.metadata(page, job);
    controlled(job, page);
    page.fieldIfSet(0, "Parallelism", spec.path("parallelism"));
    page.field(0, "Completions", Page.or(Page.text(spec.path("completions")), "<unset>"));
    page.fieldIfSet(0, "Completion Mode", spec.path("completionMode"));
    page.fieldIfSet(0, "Suspend", spec.path("suspend"));
    page.fieldIfSet(0, "Backoff Limit", spec.path("backoffLimit"));
    page.fieldIfSet(0, "TTL Seconds After Finished", spec.path("ttlSecondsAfterFinished"));
    if (status.has("startTime")) {
      page.field(0, "Start Time", Moments.date(status.path("startTime")));
    }
    if (status.has("completionTime")) {
      page.field(0, "Completed At", Moments.date(status.path("completionTime")));
      Moments.instant(status.path("startTime"))
          .flatMap(start ->
              Moments.instant(status.path("completionTime"))
                  .map(end -> Duration.between(start, end)))
          .ifPresent(lasted -> page.field(0, "Duration", Moments.duration(lasted)));
    }
    if (spec.has("activeDeadlineSeconds")) {
      page.field(0, "Active Deadline Seconds", spec.path("activeDeadlineSeconds").asText() + "s");
    }
    String ready = status.has("ready") ? " (" + status.path("ready").asInt() + " Ready)" : "";
    page.field(
        0,
        "Pods Statuses",
        "%d Active%s / %d Succeeded / %d Failed"
            .formatted(
                status.path("active").asInt(),
                ready,
                status.path("succeeded").asInt(),
                status.path("failed").asInt()));
    if (spec.path("completionMode").asText("").equals("Indexed")) {
      page.field(
          0, "Completed Indexes", Page.or(Page.text(status.path("completedIndexes")), "<none>"));
    }
    PodPages.template(page, spec.path("template"));
    around.events(page, job);
  }

  static void cronJob(JsonNode job, Page page, Surroundings around) {
    JsonNode spec = job.path("spec");
    head(job, page);
    Multiline.metadata(page, job);
    page.field(0, "Schedule", spec.path("schedule").asText());
    page.field(0, "Concurrency Policy", spec.path("concurrencyPolicy").asText(""));
    page.field(
        0,
        "Suspend",
        spec.has("suspend") ? (spec.path("suspend").asBoolean() ? "True" : "False") : "<unset>");
    unset(page, "Time Zone", spec.path("timeZone"), "");
    unset(page, "Successful Job History Limit", spec.path("successfulJobsHistoryLimit"), "");
    unset(page, "Failed Job History Limit", spec.path("failedJobsHistoryLimit"), "");
    unset(page, "Starting Deadline Seconds", spec.path("startingDeadlineSeconds"), "s");
    JsonNode template = spec.path("jobTemplate").path("spec");
    page.field(
        0,
        "Selector",
        template.has("selector") ? Multiline.selector(template.path("selector")) : "<unset>");
    unset(page, "Parallelism", template.path("parallelism"), "");
    unset(page, "Completions", template.path("completions"), "");
    if (template.has("activeDeadlineSeconds")) {
      unset(page, "Active Deadline Seconds", template.path("activeDeadlineSeconds"), "s");
    }
    PodPages.template(page, template.path("template"));
    JsonNode last = job.path("status").path("lastScheduleTime");
    page.field(0, "Last Schedule Time", last.isMissingNode() ? "<unset>" : Moments.date(last));
    List<String> active = new ArrayList<>();
    job.path("status").path("active").forEach(one -> active.add(one.path("name").asText()));
    page.field(0, "Active Jobs", Page.or(String.join(", ", active), "<none>"));
    around.events(page, job);
  }

  private static void unset(Page page, String title, JsonNode value, String unit) {
    String text = Page.text(value);
    page.field(0, title, text.isEmpty() ? "<unset>" : text + unit);
  }
}
