package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.apply.LastApplied;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.RawRequest;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.client.verb.WriteOptions;
import dev.wherry.model.status.ApiException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code wherry create -f}; the generators are its subcommands. */
@Command(
    name = "create",
    description = "Create resources from files or flags.",
    mixinStandardHelpOptions = true)
public final class CreateCommand extends ClientCommand {
  private static final String MANAGER = "kubectl-create";

  @Mixin private FileOptions files = new FileOptions();
  @Mixin private WriteOptions write = new WriteOptions();

  @Option(
      names = "--save-config",
      arity = "0..1",
      fallbackValue = "true",
      description = "Keep the manifest in the annotation that apply reads.")
  private boolean saveConfig;

  @Option(names = "--raw", description = "A path to POST the file to.")
  private String raw = "";

  public CreateCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (!files.given()) {
      throw ClientException.error("must specify one of -f and -k");
    }
    if (!raw.isEmpty()) {
      if (write.printsObjects()) {
        throw ClientException.error("--raw and --output are mutually exclusive");
      }
      RawRequest.send(session, streams(), "POST", raw, files);
      return 0;
    }
    List<Manifest> manifests = files.read(streams());
    if (manifests.isEmpty()) {
      throw ClientException.error("no objects passed to create");
    }
    Failures failures = new Failures();
    for (Manifest manifest : manifests) {
      try {
        Target target = session.manifestTargets().of(manifest);
        create(session, streams(), write, target, manifest.object(), saveConfig);
      } catch (ApiException e) {
        failures.add(Failures.during("creating", manifest.source(), e));
      } catch (ClientException e) {
        failures.add(e);
      }
    }
    failures.raise();
    return 0;
  }

  /** Creates one object and says so. */
  static void create(
      Session session,
      Streams streams,
      WriteOptions write,
      Target target,
      ObjectNode object,
      boolean saveConfig) {
    ObjectNode wanted = saveConfig ? LastApplied.annotated(object) : object;
    JsonNode created = wanted;
    if (write.dryRun() != DryRun.CLIENT) {
      String path = write.path(target.type().path(target.namespace(), ""), MANAGER);
      created = session.api().exchange("POST", path, Api.JSON, wanted);
    }
    write.print(streams.out(), created, "created");
  }
}
