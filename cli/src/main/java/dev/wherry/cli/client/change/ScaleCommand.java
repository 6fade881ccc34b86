package dev.wherry.cli.client.change;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.GoDuration;
import dev.wherry.cli.client.verb.ObjectChange;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.client.verb.Wait;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry scale}. */
@Command(
    name = "scale",
    description = "Set how many replicas a workload has.",
    mixinStandardHelpOptions = true)
public final class ScaleCommand extends ClientCommand {
  /** As kubectl: a conflict is tried again this long. */
  private static final Duration CONFLICT_RETRY_MAX = Duration.ofMinutes(5);

  private static final int ANY = -1;

  @Mixin private FileOptions files = new FileOptions();
  @Mixin private ChangeOptions change = new ChangeOptions();

  @Parameters(paramLabel = "TYPE NAME", arity = "0..*", description = "The workloads.")
  private List<String> words = List.of();

  @Option(names = "--replicas", description = "How many replicas.")
  private Optional<Integer> replicas = Optional.empty();

  @Option(names = "--current-replicas", description = "Only if there are so many now.")
  private int current = ANY;

  @Option(names = "--resource-version", description = "Only if this is the version.")
  private String version = "";

  @Option(names = "--timeout", description = "Wait this long until the size is reached.")
  private String timeout = "0s";

  @Option(
      names = {"-l", "--selector"},
      description = "Label selector.")
  private String labels = "";

  @Option(
      names = "--all",
      arity = "0..1",
      fallbackValue = "true",
      description = "All objects of the type in the namespace.")
  private boolean all;

  public ScaleCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (replicas.isEmpty()) {
      throw ClientException.error("required flag(s) \"replicas\" not set");
    }
    if (replicas.get() < 0) {
      throw ClientException.error(
          "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
    }
    if (current < ANY) {
      throw ClientException.error(
          "The --current-replicas must specify an integer of -1 or greater");
    }
    Failures failures = new Failures();
    List<Found> found = new Selection(session, files, words).labels(labels).all(all).find(failures);
    if (!version.isEmpty() && found.size() > 1) {
      throw ClientException.error("cannot use --resource-version with multiple resources");
    }
    if (found.isEmpty()) {
      failures.raise();
      throw ClientException.error("no objects passed to scale");
    }
    for (Found one : found) {
      scale(session, one, replicas.get());
    }
    failures.raise();
    return 0;
  }

  private void scale(Session session, Found found, int size) {
    ObjectNode object = found.object();
    int actual = size;
    if (change.dryRun() != DryRun.CLIENT) {
      actual = retried(session, found, size);
    }
    String group = found.target().type().group();
    if (group.isEmpty() || group.equals("apps")) {
      object.withObject("/spec").put("replicas", actual);
    }
    Duration patience = GoDuration.flag("--timeout", timeout);
    if (!patience.isZero() && change.dryRun() == DryRun.NONE) {
      reached(session, found, size, patience);
    }
    change.print(streams().out(), object, "scaled");
  }

  /** Sets the size; a conflict with another writer is no reason to give up. */
  private int retried(Session session, Found found, int size) {
    Wait wait = new Wait(CONFLICT_RETRY_MAX);
    while (true) {
      try {
        return set(session, found, size);
      } catch (ApiException e) {
        if (e.reason() != Reason.CONFLICT || !wait.again()) {
          throw e;
        }
      }
    }
  }

  private int set(Session session, Found found, int size) {
    String path = found.target().path() + "/scale";
    if (current == ANY && version.isEmpty()) {
      ObjectNode patch = Json.object();
      patch.putObject("spec").put("replicas", size);
      JsonNode scaled =
          new ObjectChange(session, change, "")
              .send(found.target(), "scale", ObjectChange.MERGE, patch);
      return scaled.path("spec").path("replicas").asInt();
    }
    ObjectNode scale = (ObjectNode) session.api().get(path);
    int now = scale.path("spec").path("replicas").asInt();
    if (current != ANY && now != current) {
      throw ClientException.error("Expected replicas to be " + current + ", was " + now);
    }
    String newest = scale.path("metadata").path("resourceVersion").asText("");
    if (!version.isEmpty() && !newest.equals(version)) {
      throw ClientException.error("Expected resource version to be " + version + ", was " + newest);
    }
    scale.withObject("/spec").put("replicas", size);
    return session
        .api()
        .exchange("PUT", change.path(path, ""), Api.JSON, scale)
        .path("spec")
        .path("replicas")
        .asInt();
  }

  private static void reached(Session session, Found found, int size, Duration patience) {
    Wait wait = new Wait(patience);
    while (true) {
      JsonNode scale = session.api().get(found.target().path() + "/scale");
      int wanted = scale.path("spec").path("replicas").asInt();
      if (wanted != size || scale.path("status").path("replicas").asInt() == size) {
        return;
      }
      if (!wait.again()) {
        throw ClientException.error("timed out waiting for the condition");
      }
    }
  }
}
