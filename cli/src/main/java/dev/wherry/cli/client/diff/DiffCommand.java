package dev.wherry.cli.client.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.apply.LastApplied;
import dev.wherry.cli.client.apply.ThreeWayPatch;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.ObjectChange;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.machinery.client.Query;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.patch.MergeRules;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry diff}: exit code 1 tells of differences, a greater one of errors. */
@Command(
    name = "diff",
    description = "Show what an apply would change.",
    mixinStandardHelpOptions = true)
public final class DiffCommand extends ClientCommand {
  private static final String APPLY = "application/apply-patch+yaml";
  private static final String CLIENT_SIDE = "kubectl-client-side-apply";
  private static final String SERVER_SIDE = "kubectl";

  /** Errors must not look like differences. */
  private static final int FAILED = 2;

  @Mixin private FileOptions files = new FileOptions();

  @Parameters(arity = "0..*", hidden = true)
  private List<String> words = List.of();

  @Option(
      names = "--server-side",
      arity = "0..1",
      fallbackValue = "true",
      description = "As a server-side apply would change it.")
  private boolean serverSide;

  @Option(names = "--force-conflicts", arity = "0..1", fallbackValue = "true")
  private boolean forced;

  @Option(names = "--field-manager", description = "Name of the owner of the fields.")
  private String manager = "";

  @Option(
      names = {"-l", "--selector"},
      description = "Only objects with these labels.")
  private String labels = "";

  @Option(
      names = "--show-managed-fields",
      arity = "0..1",
      fallbackValue = "true",
      description = "Compare managedFields too.")
  private boolean managedFields;

  @Option(
      names = "--show-secrets",
      arity = "0..1",
      fallbackValue = "true",
      description = "Show the values of secrets.")
  private boolean secrets;

  @Option(names = "--concurrency", hidden = true)
  private int concurrency = 1;

  public DiffCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    try {
      return compared(session);
    } catch (ApiException e) {
      throw ClientException.exit(FAILED, Failures.line(e));
    } catch (ClientException e) {
      throw e.exitCode() == 1 && !e.text().isEmpty() ? ClientException.exit(FAILED, e.text()) : e;
    }
  }

  private int compared(Session session) {
    if (!words.isEmpty()) {
      throw ClientException.error(
          "Unexpected args: %s\nSee 'wherry diff -h' for help and examples".formatted(words));
    }
    if (!files.given()) {
      throw ClientException.error("must specify one of -f and -k");
    }
    if (forced && !serverSide) {
      throw ClientException.error("--force-conflicts only works with --server-side");
    }
    Path live = folder("LIVE-");
    Path merged = folder("MERGED-");
    try {
      for (Manifest manifest : files.read(streams())) {
        if (selected(manifest)) {
          write(session, session.manifestTargets().of(manifest), manifest, live, merged);
        }
      }
      return new DiffProgram(streams()).run(live, merged);
    } finally {
      delete(live);
      delete(merged);
    }
  }

  private boolean selected(Manifest manifest) {
    Map<String, String> own = new HashMap<>();
    manifest
        .object()
        .path("metadata")
        .path("labels")
        .properties()
        .forEach(e -> own.put(e.getKey(), e.getValue().asText()));
    return labels.isEmpty() || Labels.parse(labels).matches(own);
  }

  private void write(Session session, Target target, Manifest manifest, Path live, Path merged) {
    Optional<JsonNode> before = session.api().find(target.path());
    ObjectNode from = before.isPresent() ? shown(before.get()) : Json.object();
    ObjectNode to = shown(merged(session, target, manifest.object(), before));
    if (!secrets && target.type().kind().equals("Secret") && target.type().group().isEmpty()) {
      SecretMask.apply(from, to);
    }
    ResourceType type = target.type();
    String name =
        String.join(
            ".",
            type.group().isEmpty() ? type.version() : type.group() + "." + type.version(),
            type.kind(),
            target.namespace(),
            target.name());
    try {
      Files.writeString(live.resolve(name), before.isPresent() ? Yaml.write(from) : "");
      Files.writeString(merged.resolve(name), Yaml.write(to));
    } catch (IOException e) {
      throw ClientException.error("cannot write the files to compare: " + e.getMessage());
    }
  }

  private JsonNode merged(
      Session session, Target target, ObjectNode wanted, Optional<JsonNode> live) {
    Query query =
        new Query(target.path())
            .add("dryRun", "All")
            .add("fieldManager", manager.isEmpty() ? owner() : manager)
            .add("force", serverSide ? Boolean.toString(forced) : "");
    if (serverSide) {
      return session.api().exchange("PATCH", query.toString(), APPLY, wanted);
    }
    if (live.isEmpty()) {
      String path =
          new Query(target.type().path(target.namespace(), ""))
              .add("dryRun", "All")
              .add("fieldManager", manager.isEmpty() ? owner() : manager)
              .toString();
      return session.api().exchange("POST", path, Api.JSON, wanted);
    }
    Optional<MergeRules> rules = ObjectChange.rules(target.type());
    JsonNode original = LastApplied.of(live.get()).map(JsonNode.class::cast).orElse(Lists.MISSING);
    ObjectNode patch =
        ThreeWayPatch.of(
            original, LastApplied.plain(wanted), live.get(), rules.orElse(MergeRules.NONE));
    String media = rules.isPresent() ? ObjectChange.STRATEGIC : ObjectChange.MERGE;
    return session.api().exchange("PATCH", query.toString(), media, patch);
  }

  private String owner() {
    return serverSide ? SERVER_SIDE : CLIENT_SIDE;
  }

  private ObjectNode shown(JsonNode object) {
    ObjectNode copy = object.deepCopy();
    if (!managedFields) {
      copy.withObject("/metadata").remove("managedFields");
    }
    return copy;
  }

  private static Path folder(String prefix) {
    try {
      return Files.createTempDirectory(prefix);
    } catch (IOException e) {
      throw ClientException.error("cannot make a folder to compare: " + e.getMessage());
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // It stays where temporary files stay.
    }
  }
}
