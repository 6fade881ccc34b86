package dev.wherry.cli.client.change;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.ObjectChange;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.patch.JsonPatch;
import dev.wherry.model.patch.MergePatch;
import dev.wherry.model.patch.MergeRules;
import dev.wherry.model.patch.PatchException;
import dev.wherry.model.patch.StrategicMergePatch;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry patch}. */
@Command(
    name = "patch",
    description = "Change fields of objects by a patch.",
    mixinStandardHelpOptions = true)
public final class PatchCommand extends ClientCommand {
  private static final int UNSUPPORTED_MEDIA_TYPE = 415;

  @Mixin private FileOptions files = new FileOptions();
  @Mixin private ChangeOptions change = new ChangeOptions();

  @Parameters(paramLabel = "TYPE NAME", arity = "0..*", description = "The objects.")
  private List<String> words = List.of();

  @Option(
      names = {"-p", "--patch"},
      description = "The patch, as JSON or YAML.")
  private String text = "";

  @Option(names = "--patch-file", description = "A file with the patch.")
  private String file = "";

  @Option(names = "--type", description = "strategic, merge or json.")
  private String type = "strategic";

  @Option(
      names = "--local",
      arity = "0..1",
      fallbackValue = "true",
      description = "Patch only what the file says; ask no server.")
  private boolean local;

  @Option(names = "--subresource", description = "status, scale or resize.")
  private String subresource = "";

  public PatchCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    check();
    JsonNode patch = patch();
    String media = media();
    Failures failures = new Failures();
    List<Found> found =
        new Selection(session, files, words).local(local).subresource(subresource).find(failures);
    for (Found one : found) {
      try {
        JsonNode result =
            local || change.dryRun() == DryRun.CLIENT
                ? applied(one, patch)
                : send(session, one, media, patch);
        String done = result.equals(one.object()) ? "patched (no change)" : "patched";
        change.printPlain(streams().out(), result, done);
      } catch (ApiException | ClientException e) {
        failures.add(e);
      }
    }
    failures.raise();
    if (found.isEmpty()) {
      throw ClientException.error("no objects passed to patch");
    }
    return 0;
  }

  private void check() {
    if (!text.isEmpty() && !file.isEmpty()) {
      throw ClientException.error("cannot specify --patch and --patch-file together");
    }
    if (text.isEmpty() && file.isEmpty()) {
      throw ClientException.error(
          "must specify --patch or --patch-file containing the contents of the patch");
    }
    if (local && !words.isEmpty()) {
      throw ClientException.error("cannot specify --local and server resources");
    }
    if (local && change.dryRun() == DryRun.SERVER) {
      throw ClientException.error(
          "cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
    }
  }

  private String media() {
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "strategic", "" -> ObjectChange.STRATEGIC;
      case "merge" -> ObjectChange.MERGE;
      case "json" -> ObjectChange.JSON_PATCH;
      default ->
          throw ClientException.error(
              "--type must be one of [json merge strategic], not \"" + type + "\"");
    };
  }

  private JsonNode patch() {
    byte[] bytes;
    try {
      bytes =
          file.isEmpty()
              ? text.getBytes(StandardCharsets.UTF_8)
              : Files.readAllBytes(Path.of(file));
    } catch (IOException e) {
      throw ClientException.error(
          "unable to read patch file: open " + file + ": no such file or directory");
    }
    try {
      return Yaml.parse(bytes).tree();
    } catch (DecodeException e) {
      throw ClientException.error("unable to parse \"" + text + "\": " + e.getMessage());
    }
  }

  private JsonNode send(Session session, Found found, String media, JsonNode patch) {
    try {
      return new ObjectChange(session, change, "kubectl-patch")
          .send(found.target(), subresource, media, patch);
    } catch (ApiException e) {
      if (e.code() != UNSUPPORTED_MEDIA_TYPE) {
        throw e;
      }
      ResourceType kind = found.target().type();
      throw ClientException.error(
          "%s is not supported by %s/%s, Kind=%s: %s"
              .formatted(media, kind.group(), kind.version(), kind.kind(), e.text()));
    }
  }

  private JsonNode applied(Found found, JsonNode patch) {
    ObjectNode object = found.object().deepCopy();
    try {
      return switch (media()) {
        case ObjectChange.MERGE -> MergePatch.apply(object, patch);
        case ObjectChange.JSON_PATCH -> JsonPatch.apply(object, patch);
        default -> StrategicMergePatch.apply(object, patch, rules(found.target().type()));
      };
    } catch (PatchException e) {
      throw ClientException.error(String.valueOf(e.getMessage()));
    }
  }

  private static MergeRules rules(ResourceType kind) {
    return ObjectChange.rules(kind)
        .orElseThrow(() ->
            ClientException.error(
                "strategic merge patch is not supported for %s/%s, Kind=%s locally, try --type merge"
                    .formatted(kind.group(), kind.version(), kind.kind())));
  }
}
