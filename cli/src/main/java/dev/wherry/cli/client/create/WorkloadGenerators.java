package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code create job} and {@code create cronjob}. */
final class WorkloadGenerators {
  private static final String BATCH = "batch/v1";

  private WorkloadGenerators() {}

  /** Fills the template of a Job's pods. */
  private static void template(
      ObjectNode job, String name, String image, List<String> command, String restart) {
    ObjectNode template = job.putObject("template");
    template.putObject("metadata");
    ObjectNode spec = template.putObject("spec");
    ObjectNode container = spec.putArray("containers").addObject();
    if (!command.isEmpty()) {
      ArrayNode words = container.putArray("command");
      command.forEach(words::add);
    }
    container.put("image", image).put("name", name).putObject("resources");
    spec.put("restartPolicy", restart);
  }

  /** {@code create job}. */
  @Command(name = "job", description = "Create a job.", mixinStandardHelpOptions = true)
  static final class OfJob extends Generator {
    @Option(names = "--image", description = "The image.")
    private String image = "";

    @Option(names = "--from", description = "A cron job to run now, such as cronjob/name.")
    private String from = "";

    OfJob(Streams streams) {
      super(streams);
    }

    @Override
    String failure() {
      return "failed to create job: ";
    }

    @Override
    ObjectNode object(Session session) {
      String name = name();
      if (image.isEmpty() == from.isEmpty()) {
        throw ClientException.error("either --image or --from must be specified");
      }
      if (!from.isEmpty() && !behindName().isEmpty()) {
        throw ClientException.error("cannot specify --from and command");
      }
      ObjectNode job = Generated.object(BATCH, "Job", name);
      if (from.isEmpty()) {
        template(job.putObject("spec"), name, image, behindName(), "Never");
      } else {
        ofCronJob(session, job);
      }
      job.putObject("status");
      return job;
    }

    private void ofCronJob(Session session, ObjectNode job) {
      Failures failures = new Failures();
      List<Found> found = new Selection(session, new FileOptions(), List.of(from)).find(failures);
      failures.raise();
      if (found.size() != 1 || !found.getFirst().target().type().kind().equals("CronJob")) {
        throw ClientException.error("from must be an existing cronjob");
      }
      JsonNode cron = found.getFirst().object();
      JsonNode template = cron.path("spec").path("jobTemplate");
      ObjectNode metadata = job.withObject("/metadata");
      ObjectNode annotations = metadata.putObject("annotations");
      annotations.put("cronjob.kubernetes.io/instantiate", "manual");
      template
          .path("metadata")
          .path("annotations")
          .properties()
          .forEach(e -> annotations.set(e.getKey(), e.getValue()));
      if (template.path("metadata").has("labels")) {
        metadata.set("labels", template.path("metadata").path("labels"));
      }
      metadata
          .putArray("ownerReferences")
          .addObject()
          .put("apiVersion", BATCH)
          .put("controller", true)
          .put("kind", "CronJob")
          .put("name", cron.path("metadata").path("name").asText())
          .put("uid", cron.path("metadata").path("uid").asText());
      job.set("spec", template.path("spec").deepCopy());
      job.withObject("/spec").withObject("/template").withObject("/metadata");
    }
  }

  /** {@code create cronjob}. */
  @Command(
      name = "cronjob",
      aliases = "cj",
      description = "Create a cron job.",
      mixinStandardHelpOptions = true)
  static final class OfCronJob extends Generator {
    @Option(names = "--image", description = "The image.")
    private String image = "";

    @Option(names = "--schedule", description = "When, in cron's form.")
    private String schedule = "";

    @Option(names = "--restart", description = "OnFailure or Never.")
    private String restart = "OnFailure";

    OfCronJob(Streams streams) {
      super(streams);
    }

    @Override
    String failure() {
      return "failed to create cronjob: ";
    }

    @Override
    ObjectNode object(Session session) {
      String name = name();
      requireFlag("image", !image.isEmpty());
      requireFlag("schedule", !schedule.isEmpty());
      ObjectNode cron = Generated.object(BATCH, "CronJob", name);
      ObjectNode spec = cron.putObject("spec");
      ObjectNode job = spec.putObject("jobTemplate");
      job.putObject("metadata").put("name", name);
      String policy = restart.isEmpty() ? "OnFailure" : restart;
      template(job.putObject("spec"), name, image, behindName(), policy);
      spec.put("schedule", schedule);
      cron.putObject("status");
      return cron;
    }
  }
}
