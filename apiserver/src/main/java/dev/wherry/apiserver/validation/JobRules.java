package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Rules of Jobs and CronJobs (batch validation). */
final class JobRules {
  private static final int CRON_NAME_BYTES_MAX = 52;
  private static final int INDEXED_MAX = 100_000;
  private static final int MANY_INDEXES_MAX = 10_000;
  private static final int MANAGER_BYTES_MAX = 63;
  private static final String INDEXED = "Indexed";
  private static final String HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
  private static final Pattern HTTP_PATH_PATTERN = Pattern.compile(HTTP_PATH);

  private JobRules() {}

  static void job(Field job) {
    Field spec = job.child("spec");
    JobSelectorRules.generated(job, spec);
    jobSpec(spec);
    JobSelectorRules.selector(spec);
    boolean created = job.errors().before().isMissingNode();
    long completions = spec.child("completions").number();
    if (created && spec.child("completionMode").is(INDEXED) && completions > 0) {
      Field name = job.at("metadata", "name");
      String host = name.text() + "-" + (completions - 1);
      if (!NameRules.label(host).isEmpty()) {
        name.invalid("will not able to create pod with invalid DNS label: " + host);
      }
    }
  }

  private static void jobSpec(Field spec) {
    for (String name :
        List.of(
            "parallelism",
            "completions",
            "backoffLimit",
            "ttlSecondsAfterFinished",
            "activeDeadlineSeconds",
            "backoffLimitPerIndex",
            "maxFailedIndexes")) {
      spec.child(name).nonNegative();
    }
    Field failed = spec.child("maxFailedIndexes");
    Field perIndex = spec.child("backoffLimitPerIndex");
    if (failed.present()) {
      perIndex.require("when maxFailedIndexes is specified");
    }
    manager(spec.child("managedBy"));
    Field mode = spec.optional("completionMode");
    mode.oneOf(List.of("NonIndexed", INDEXED));
    boolean indexed = mode.is(INDEXED);
    if (indexed) {
      indexed(spec);
    } else if (!mode.present() || mode.is("NonIndexed")) {
      for (Field only : List.of(perIndex, failed)) {
        if (only.present()) {
          only.invalid("requires indexed completion mode");
        }
      }
    }
    JobPolicyRules.failures(spec);
    JobPolicyRules.success(spec, indexed);
    Field replacement = spec.optional("podReplacementPolicy");
    replacement.oneOf(
        spec.child("podFailurePolicy").present()
            ? List.of("Failed")
            : List.of("Failed", "TerminatingOrFailed"));
    PodRules.template(spec.child("template"));
    restart(spec);
  }

  private static void manager(Field manager) {
    if (!manager.present() || !manager.require()) {
      return;
    }
    if (manager.text().length() > MANAGER_BYTES_MAX) {
      manager.errors().tooLong(manager.path(), MANAGER_BYTES_MAX);
    }
    String[] parts = manager.text().split("/", 2);
    if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
      manager.invalid("must be a domain-prefixed path (such as \"acme.io/foo\")");
      return;
    }
    NameRules.subdomain(parts[0])
        .forEach(why -> manager.errors().invalid(manager.path(), parts[0], why));
    if (!HTTP_PATH_PATTERN.matcher(parts[1]).matches()) {
      manager
          .errors()
          .invalid(
              manager.path(),
              parts[1],
              "Invalid path (regex used for validation is '" + HTTP_PATH + "')");
    }
  }

  private static void indexed(Field spec) {
    Field completions = spec.child("completions");
    Field parallelism = spec.child("parallelism");
    Field failed = spec.child("maxFailedIndexes");
    if (!completions.present()) {
      completions.require("when completion mode is Indexed");
    }
    if (parallelism.number() > INDEXED_MAX) {
      parallelism.invalid("must be less than or equal to 100000 when completion mode is Indexed");
    }
    if (completions.present() && failed.present() && failed.number() > completions.number()) {
      failed.invalid("must be less than or equal to completions");
    }
    if (failed.number() > INDEXED_MAX) {
      failed.invalid("must be less than or equal to " + INDEXED_MAX);
    }
    if (completions.number() > INDEXED_MAX && spec.child("backoffLimitPerIndex").present()) {
      if (!failed.present()) {
        failed.require("must be specified when completions is above " + INDEXED_MAX);
      }
      for (Field number : List.of(parallelism, failed)) {
        if (number.number() > MANY_INDEXES_MAX) {
          number.invalid(
              "must be less than or equal to 10000 when completions are above 100000 and used"
                  + " with backoff limit per index");
        }
      }
    }
  }

  private static void restart(Field spec) {
    Field restart = spec.at("template", "spec", "restartPolicy");
    if (!restart.hasText() || restart.is("Always")) {
      restart.errors().required(restart.path(), "valid values: \"OnFailure\", \"Never\"");
    } else if (!restart.is("OnFailure") && !restart.is("Never")) {
      restart
          .errors()
          .unsupported(
              restart.path(), TextNode.valueOf(restart.text()), List.of("OnFailure", "Never"));
    } else if (spec.child("podFailurePolicy").present() && !restart.is("Never")) {
      restart.invalid("only \"Never\" is supported when podFailurePolicy is specified");
    }
  }

  static void jobUpdate(Field job, Field old) {
    for (String name :
        List.of(
            "completionMode",
            "selector",
            "backoffLimitPerIndex",
            "podFailurePolicy",
            "managedBy",
            "successPolicy")) {
      KindRules.immutable(job.at("spec", name), old.at("spec", name));
    }
    boolean elastic =
        job.at("spec", "completionMode").is("Indexed")
            && job.at("spec", "completions").number() == job.at("spec", "parallelism").number();
    if (!elastic) {
      KindRules.immutable(job.at("spec", "completions"), old.at("spec", "completions"));
    }
    if (old.at("spec", "suspend").isTrue()) {
      JobSelectorRules.suspendedTemplate(job, old);
    } else {
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
    if (zone.present() && !zone.hasText()) {
      zone.invalid("timeZone must be nil or non-empty string");
    } else if (zone.present() && !ZoneId.getAvailableZoneIds().contains(zone.text())) {
      zone.invalid("unknown time zone " + zone.text());
    }
    Field job = spec.at("jobTemplate", "spec");
    if (job.child("manualSelector").isTrue()) {
      job.child("manualSelector").oneOf(List.of("nil", "false"));
    }
    jobSpec(job);
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
