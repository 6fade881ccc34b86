package dev.wherry.cli.client.change;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.apply.LastApplied;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Deletion;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.RawRequest;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.client.verb.WriteOptions;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code wherry replace}. */
@Command(
    name = "replace",
    description = "Replace objects by those of files.",
    mixinStandardHelpOptions = true)
public final class ReplaceCommand extends ClientCommand {
  private static final String MANAGER = "kubectl-replace";
  private static final int OWN_GRACE = -1;

  @Mixin private FileOptions files = new FileOptions();
  @Mixin private WriteOptions write = new WriteOptions();

  @Option(
      names = "--force",
      arity = "0..1",
      fallbackValue = "true",
      description = "Delete the objects and create them anew.")
  private boolean force;

  @Option(names = "--grace-period", description = "Seconds to end gracefully, with --force.")
  private int grace = OWN_GRACE;

  @Option(names = "--cascade", description = "background, foreground or orphan.")
  private String cascade = "background";

  @Option(names = "--timeout", description = "How long to wait for the deletion, with --force.")
  private String timeout = "0s";

  @Option(names = "--save-config", arity = "0..1", fallbackValue = "true")
  private boolean saveConfig;

  @Option(names = "--raw", description = "A path to PUT the file to.")
  private String raw = "";

  @Option(names = "--subresource", description = "status or scale.")
  private String subresource = "";

  public ReplaceCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    check();
    if (!raw.isEmpty()) {
      RawRequest.send(session, streams(), "PUT", raw, files);
      return 0;
    }
    List<Manifest> manifests = files.read(streams());
    if (manifests.isEmpty()) {
      throw ClientException.error("no objects passed to replace");
    }
    Failures failures = new Failures();
    if (force) {
      anew(session, manifests, failures);
    } else {
      manifests.forEach(manifest -> replace(session, manifest, failures));
    }
    failures.raise();
    return 0;
  }

  private void check() {
    if (!files.given()) {
      throw ClientException.error("must specify one of -f and -k");
    }
    if (grace >= 0 && !force) {
      throw ClientException.error("--grace-period must have --force specified");
    }
    if (!timeout.matches("0s?") && !force) {
      throw ClientException.error("--timeout must have --force specified");
    }
    if (force && write.dryRun() != DryRun.NONE) {
      throw ClientException.error("--dry-run can not be used when --force is set");
    }
    if (!raw.isEmpty() && write.printsObjects()) {
      throw ClientException.error("--raw and --output are mutually exclusive");
    }
  }

  private void replace(Session session, Manifest manifest, Failures failures) {
    try {
      Target target = session.manifestTargets().of(manifest);
      ObjectNode wanted = wanted(manifest);
      JsonNode result = wanted;
      if (write.dryRun() != DryRun.CLIENT) {
        String path = target.path() + (subresource.isEmpty() ? "" : "/" + subresource);
        result = put(session, path, target, wanted);
      }
      write.print(streams().out(), result, "replaced");
    } catch (ApiException e) {
      failures.add(Failures.during("replacing", manifest.source(), e));
    } catch (ClientException e) {
      failures.add(e);
    }
  }

  /** Without a version the newest one is replaced, whatever it is. */
  private JsonNode put(Session session, String path, Target target, ObjectNode wanted) {
    if (wanted.path("metadata").path("resourceVersion").asText("").isEmpty()) {
      JsonNode live = session.api().get(target.path());
      wanted
          .withObject("/metadata")
          .put("resourceVersion", live.path("metadata").path("resourceVersion").asText());
    }
    return session.api().exchange("PUT", write.path(path, MANAGER), Api.JSON, wanted);
  }

  private ObjectNode wanted(Manifest manifest) {
    return saveConfig ? LastApplied.annotated(manifest.object()) : manifest.object();
  }

  /** All are gone before the first comes back, as one may need another's name or port. */
  private void anew(Session session, List<Manifest> manifests, Failures failures) {
    Deletion deletion = new Deletion(session);
    List<Target> targets = new ArrayList<>();
    for (Manifest manifest : manifests) {
      Target target = session.manifestTargets().of(manifest);
      targets.add(target);
      try {
        deletion.delete(target, propagation(), grace == 0 ? 1 : grace, "");
        if (!write.printsObjects()) {
          streams()
              .out()
              .println(
                  "%s \"%s\" deleted%s"
                      .formatted(target.type().label(), target.name(), Deletion.where(target)));
        }
      } catch (ApiException e) {
        if (e.reason() != Reason.NOT_FOUND) {
          throw e;
        }
      }
    }
    targets.forEach(target -> deletion.await(target, ""));
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      try {
        ObjectNode wanted = wanted(manifests.get(i));
        wanted.withObject("/metadata").remove(List.of("resourceVersion", "uid"));
        String path = write.path(target.type().path(target.namespace(), ""), MANAGER);
        JsonNode created = session.api().exchange("POST", path, Api.JSON, wanted);
        write.print(streams().out(), created, "replaced");
      } catch (ApiException e) {
        failures.add(e);
      }
    }
  }

  private String propagation() {
    return switch (cascade) {
      case "background", "true" -> "Background";
      case "foreground" -> "Foreground";
      case "orphan", "false" -> "Orphan";
      default ->
          throw ClientException.error(
              "invalid cascade value (%s). Must be \"background\", \"foreground\", or \"orphan\""
                  .formatted(cascade));
    };
  }
}
