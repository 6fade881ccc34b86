package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.json.Json;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Rules of what makes pods: apps, batch and ReplicationControllers. */
final class WorkloadRules {
  private static final int CRON_NAME_BYTES_MAX = 52;
  private static final int BACKOFF_PER_INDEX_MAX = 100_000;

  private WorkloadRules() {}

  static void deployment(Field deployment) {
    Field spec = selected(deployment, true);
    spec.child("replicas").nonNegative();
    spec.child("minReadySeconds").nonNegative();
    spec.child("revisionHistoryLimit").nonNegative();
    Field deadline = spec.child("progressDeadlineSeconds");
    deadline.nonNegative();
    if (deadline.present() && deadline.number() <= spec.child("minReadySeconds").number()) {
      deadline.invalid("must be greater than minReadySeconds");
    }
    Field strategy = spec.child("strategy");
    strategy.child("type").oneOf(List.of("Recreate", "RollingUpdate"));
    if (strategy.child("type").is("Recreate") && strategy.child("rollingUpdate").present()) {
      strategy
          .child("rollingUpdate")
          .forbidden("may not be specified when strategy `type` is 'Recreate'");
    }
    rolling(strategy.child("rollingUpdate"));
    templateRestart(spec.child("template"), List.of("Always"));
  }

  private static void rolling(Field rolling) {
    Field surge = rolling.child("maxSurge");
    Field unavailable = rolling.child("maxUnavailable");
    intOrPercent(surge);
    intOrPercent(unavailable);
    if (zero(surge) && zero(unavailable)) {
      unavailable.invalid("may not be 0 when `maxSurge` is 0");
    }
  }

  private static boolean zero(Field value) {
    return value.present() && (value.is("0") || value.is("0%"));
  }

  static void disruptionBudget(Field budget) {
    Field spec = budget.child("spec");
    Field available = spec.child("minAvailable");
    Field unavailable = spec.child("maxUnavailable");
    if (available.present() && unavailable.present()) {
      spec.invalid("minAvailable and maxUnavailable cannot be both set");
    }
    for (Field number : List.of(available, unavailable)) {
      intOrPercent(number);
      if (number.text().matches("[0-9]{1,9}%")
          && Integer.parseInt(number.text().replace("%", "")) > 100) {
        number.invalid("must not be greater than 100%");
      }
    }
    SelectorRules.labelSelector(spec.child("selector"));
    spec.child("unhealthyPodEvictionPolicy").oneOf(List.of("AlwaysAllow", "IfHealthyBudget"));
  }

  static void intOrPercent(Field value) {
    if (value.node().isNumber()) {
      value.nonNegative();
    } else if (value.present() && !value.text().matches("[0-9]+%")) {
      value.invalid(
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used"
              + " for validation is '[0-9]+%')");
    }
  }

  static void replicaSet(Field set) {
    Field spec = selected(set, true);
    spec.child("replicas").nonNegative();
    spec.child("minReadySeconds").nonNegative();
    templateRestart(spec.child("template"), List.of("Always"));
  }

  static void statefulSet(Field set) {
    Field spec = selected(set, true);
    spec.child("replicas").nonNegative();
    spec.child("minReadySeconds").nonNegative();
    spec.child("podManagementPolicy").oneOf(List.of("OrderedReady", "Parallel"));
    spec.at("updateStrategy", "type").oneOf(List.of("RollingUpdate", "OnDelete"));
    spec.at("updateStrategy", "rollingUpdate", "partition").nonNegative();
    for (String when : List.of("whenDeleted", "whenScaled")) {
      spec.at("persistentVolumeClaimRetentionPolicy", when).oneOf(List.of("Retain", "Delete"));
    }
    spec.at("ordinals", "start").nonNegative();
    templateRestart(spec.child("template"), List.of("Always"));
  }

  static void daemonSet(Field set) {
    Field spec = selected(set, true);
    spec.child("minReadySeconds").nonNegative();
    spec.child("revisionHistoryLimit").nonNegative();
    spec.at("updateStrategy", "type").oneOf(List.of("RollingUpdate", "OnDelete"));
    rolling(spec.at("updateStrategy", "rollingUpdate"));
    templateRestart(spec.child("template"), List.of("Always"));
  }

  static void replicationController(Field controller) {
    Field spec = controller.child("spec");
    spec.child("replicas").nonNegative();
    spec.child("minReadySeconds").nonNegative();
    Field selector = spec.child("selector");
    if (selector.node().isEmpty()) {
      selector.errors().required(selector.path(), "");
    }
    Field template = spec.child("template");
    if (template.require()) {
      Field labels = template.at("metadata", "labels");
      boolean matches =
          selector.entries().stream()
              .allMatch(e -> labels.child(e.getKey()).is(e.getValue().text()));
      if (!matches) {
        labels.invalid("`selector` does not match template `labels`");
      }
      PodRules.template(template);
      templateRestart(template, List.of("Always"));
    }
  }

  /** Checks selector and template and returns the spec. */
  private static Field selected(Field object, boolean selectorRequired) {
    Field spec = object.child("spec");
    Field selector = spec.child("selector");
    if (!selector.present()) {
      if (selectorRequired) {
        selector.errors().required(selector.path(), "");
      }
    } else {
      SelectorRules.labelSelector(selector);
      if (SelectorRules.isEmpty(selector)) {
        selector.invalid(
            "empty selector is invalid for "
                + object.child("kind").text().toLowerCase(Locale.ROOT));
      }
    }
    Field template = spec.child("template");
    Set<String> claimed = new HashSet<>();
    spec.child("volumeClaimTemplates")
        .items()
        .forEach(claim -> claimed.add(claim.at("metadata", "name").text()));
    PodRules.template(template, claimed);
    Field labels = template.at("metadata", "labels");
    if (selector.present()
        && !SelectorRules.isEmpty(selector)
        && !SelectorRules.matches(selector, labels)) {
      labels
          .errors()
          .invalid(
              labels.path(),
              labels.present() ? labels.node() : Json.object(),
              "`selector` does not match template `labels`");
    }
    return spec;
  }

  private static void templateRestart(Field template, List<String> supported) {
    template.at("spec", "restartPolicy").oneOf(supported);
    if (supported.equals(List.of("Always"))
        && template.at("spec", "activeDeadlineSeconds").present()) {
      template
          .at("spec", "activeDeadlineSeconds")
          .forbidden("activeDeadlineSeconds in ReplicaSet is not Supported");
    }
  }

  static void selectorUpdate(Field object, Field old) {
    KindRules.immutable(object.at("spec", "selector"), old.at("spec", "selector"));
  }

  static void statefulSetUpdate(Field set, Field old) {
    ObjectNode now = set.child("spec").node().deepCopy();
    for (String name :
        List.of(
            "replicas",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
            "ordinals")) {
      now.remove(name);
      if (old.child("spec").node().has(name)) {
        now.set(name, old.child("spec").node().get(name));
      }
    }
    if (!now.equals(old.child("spec").node())) {
      set.errors()
          .forbidden(
              "spec",
              "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy',"
                  + " 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    }
  }

  static void job(Field job) {
    jobSpec(job.child("spec"), job.at("spec", "manualSelector").isTrue());
  }

  private static void jobSpec(Field spec, boolean manualSelector) {
    for (String name :
        List.of(
            "parallelism",
            "completions",
            "backoffLimit",
            "ttlSecondsAfterFinished",
            "activeDeadlineSeconds")) {
      spec.child(name).nonNegative();
    }
    spec.child("completionMode").oneOf(List.of("NonIndexed", "Indexed"));
    boolean indexed = spec.child("completionMode").is("Indexed");
    if (indexed && !spec.child("completions").present()) {
      spec.errors().required(spec.child("completions").path(), "when completion mode is Indexed");
    }
    if (spec.child("backoffLimitPerIndex").present()) {
      spec.child("backoffLimitPerIndex").between(0, BACKOFF_PER_INDEX_MAX);
      if (!indexed) {
        spec.child("backoffLimitPerIndex").invalid("requires indexed completion mode");
      }
    }
    spec.child("podReplacementPolicy").oneOf(List.of("Failed", "TerminatingOrFailed"));
    Field selector = spec.child("selector");
    if (selector.present()) {
      SelectorRules.labelSelector(selector);
      Field labels = spec.at("template", "metadata", "labels");
      if (manualSelector && !SelectorRules.matches(selector, labels)) {
        labels.invalid("`selector` does not match template `labels`");
      }
    }
    PodRules.template(spec.child("template"));
    Field restart = spec.at("template", "spec", "restartPolicy");
    if (!restart.is("OnFailure") && !restart.is("Never")) {
      restart
          .errors()
          .unsupported(
              restart.path(), TextNode.valueOf(restart.text()), List.of("OnFailure", "Never"));
    }
  }

  static void jobUpdate(Field job, Field old) {
    for (String name : List.of("completionMode", "selector", "backoffLimitPerIndex")) {
      KindRules.immutable(job.at("spec", name), old.at("spec", name));
    }
    boolean elastic =
        job.at("spec", "completionMode").is("Indexed")
            && job.at("spec", "completions").number() == job.at("spec", "parallelism").number();
    if (!elastic) {
      KindRules.immutable(job.at("spec", "completions"), old.at("spec", "completions"));
    }
    if (!old.at("spec", "suspend").isTrue()) {
      KindRules.immutable(job.at("spec", "template"), old.at("spec", "template"));
    }
  }

  static void cronJob(Field cron) {
    Field spec = cron.child("spec");
    Field schedule = spec.child("schedule");
    if (schedule.require()) {
      cronSchedule(schedule);
    }
    spec.child("startingDeadlineSeconds").nonNegative();
    spec.child("concurrencyPolicy").oneOf(List.of("Allow", "Forbid", "Replace"));
    spec.child("successfulJobsHistoryLimit").nonNegative();
    spec.child("failedJobsHistoryLimit").nonNegative();
    Field zone = spec.child("timeZone");
    if (zone.hasText() && !ZoneId.getAvailableZoneIds().contains(zone.text())) {
      zone.invalid("unknown time zone " + zone.text());
    }
    Field job = spec.at("jobTemplate", "spec");
    if (job.child("manualSelector").isTrue()) {
      job.child("manualSelector").oneOf(List.of("nil", "false"));
    }
    jobSpec(job, false);
    Field name = cron.at("metadata", "name");
    if (name.text().length() > CRON_NAME_BYTES_MAX) {
      name.invalid("must be no more than " + CRON_NAME_BYTES_MAX + " characters");
    }
  }

  private static void cronSchedule(Field schedule) {
    String text = schedule.text();
    if (text.contains("TZ")) {
      schedule.invalid("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
      return;
    }
    if (text.startsWith("@")) {
      if (!text.matches(
          "@(yearly|annually|monthly|weekly|daily|midnight|hourly|every [0-9hms.]+)")) {
        schedule.invalid("unrecognized descriptor: " + text);
      }
      return;
    }
    int fields = text.strip().split("\\s+").length;
    if (fields != 5) {
      schedule.invalid(
          "expected exactly 5 fields, found "
              + fields
              + ": "
              + Arrays.toString(text.strip().split("\\s+")).replace(",", ""));
    }
  }
}
