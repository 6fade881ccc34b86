package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.apply.LastApplied;
import dev.wherry.cli.client.apply.ServerSideApply;
import dev.wherry.cli.client.apply.ThreeWayPatch;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.print.GoJson;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Deletion;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.client.verb.WriteOptions;
import dev.wherry.cli.kubeconfig.KubeconfigException;
import dev.wherry.model.json.Json;
import dev.wherry.model.patch.MergeRules;
import dev.wherry.model.patch.StrategicMergePatch;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code wherry apply}: client-side, with kubectl's annotation, so that both may take turns. */
@Command(
    name = "apply",
    description = "Apply manifests to resources.",
    mixinStandardHelpOptions = true)
public final class ApplyCommand extends ClientCommand {
  private static final String MANAGER = "kubectl-client-side-apply";
  private static final String STRATEGIC = "application/strategic-merge-patch+json";
  private static final String MERGE = "application/merge-patch+json";
  private static final int ATTEMPTS_MAX = 5;

  @Mixin private FileOptions files = new FileOptions();
  @Mixin private WriteOptions write = new WriteOptions();

  @Option(
      names = "--force",
      arity = "0..1",
      fallbackValue = "true",
      description = "Delete and create anew what cannot be changed.")
  private boolean force;

  @Option(
      names = "--server-side",
      arity = "0..1",
      fallbackValue = "true",
      description = "Let the server apply, and remember who set which field.")
  private boolean serverSide;

  @Option(
      names = "--force-conflicts",
      arity = "0..1",
      fallbackValue = "true",
      description = "With --server-side: take fields from their owners.")
  private boolean forceConflicts;

  public ApplyCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    check();
    if (!files.given()) {
      throw ClientException.error("must specify one of -f and -k");
    }
    List<Manifest> manifests = files.read(streams());
    if (manifests.isEmpty()) {
      throw ClientException.error("no objects passed to apply");
    }
    Failures failures = new Failures();
    for (Manifest manifest : manifests) {
      try {
        apply(session, session.manifestTargets().of(manifest), manifest);
      } catch (ApiException | KubeconfigException e) {
        failures.add(e);
      } catch (ClientException e) {
        failures.add(e);
      }
    }
    failures.raise();
    return 0;
  }

  private void check() {
    if (forceConflicts && !serverSide) {
      throw ClientException.error("--force-conflicts only works with --server-side");
    }
    if (serverSide && write.dryRun() == DryRun.CLIENT) {
      throw ClientException.error(
          "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server"
              + " instead?)");
    }
    if (serverSide && force) {
      throw ClientException.error("--force cannot be used with --server-side");
    }
  }

  private void apply(Session session, Target target, Manifest manifest) {
    if (manifest.name().isEmpty()) {
      throw ClientException.error(
          "error from server: resource name may not be empty in " + manifest.source());
    }
    if (serverSide) {
      ServerSideApply byServer =
          new ServerSideApply(session.api(), write, forceConflicts, streams().err());
      JsonNode applied = byServer.apply(target, manifest.object());
      write.print(streams().out(), applied, "serverside-applied");
      return;
    }
    ObjectNode modified = LastApplied.annotated(manifest.object());
    for (int attempt = 1; ; attempt++) {
      Optional<JsonNode> live = session.api().find(target.path());
      try {
        if (live.isEmpty()) {
          create(session, target, modified);
        } else {
          change(session, target, modified, live.get());
        }
        return;
      } catch (ApiException e) {
        boolean again = e.reason() == Reason.CONFLICT && attempt < ATTEMPTS_MAX;
        if (!again) {
          throw e;
        }
      }
    }
  }

  private void create(Session session, Target target, ObjectNode modified) {
    JsonNode created = modified;
    if (write.dryRun() != DryRun.CLIENT) {
      String path = target.type().path(target.namespace(), "");
      try {
        created = session.api().exchange("POST", write.path(path, MANAGER), Api.JSON, modified);
      } catch (ApiException e) {
        throw Failures.during("creating", target.source(), e);
      }
    }
    write.print(streams().out(), created, "created");
  }

  private void change(Session session, Target target, ObjectNode modified, JsonNode live) {
    Optional<ObjectNode> original = LastApplied.of(live);
    if (original.isEmpty()) {
      streams()
          .err()
          .printf(
              "Warning: resource %s/%s is missing the %s annotation which is required by wherry"
                  + " apply. wherry apply should only be used on resources created declaratively by"
                  + " either wherry create --save-config or wherry apply. The missing annotation"
                  + " will be patched automatically.%n",
              target.type().plural(), target.name(), LastApplied.KEY);
    }
    ResourceType type = target.type();
    Optional<ObjectType> schema =
        Schema.builtin().ofKind(type.group(), type.version(), type.kind());
    MergeRules rules = schema.map(Schema.builtin()::mergeRules).orElse(MergeRules.NONE);
    ObjectNode patch = ThreeWayPatch.of(original.orElseGet(Json::object), modified, live, rules);
    if (patch.isEmpty()) {
      write.print(streams().out(), live, "unchanged");
      return;
    }
    JsonNode changed;
    if (write.dryRun() == DryRun.CLIENT && live instanceof ObjectNode object) {
      changed = StrategicMergePatch.apply(object, patch, rules);
    } else {
      changed = send(session, target, modified, patch, schema.isPresent() ? STRATEGIC : MERGE);
    }
    write.print(streams().out(), changed, "configured");
  }

  private JsonNode send(
      Session session, Target target, ObjectNode modified, ObjectNode patch, String media) {
    try {
      return session.api().exchange("PATCH", write.path(target.path(), MANAGER), media, patch);
    } catch (ApiException e) {
      boolean replaceable = e.reason() == Reason.INVALID || e.reason() == Reason.CONFLICT;
      if (force && replaceable) {
        return new Deletion(session).replace(target, modified, write.path("", MANAGER));
      }
      ApiException why = Failures.during("patching", target.source(), e);
      ResourceType type = target.type();
      throw new ApiException(
          e.reason(),
          e.code(),
          ("error when applying patch:\n%s\nto:\nResource: \"%s/%s, Resource=%s\","
                  + " GroupVersionKind: \"%s/%s, Kind=%s\"\nName: \"%s\", Namespace: \"%s\"\n"
                  + "for: \"%s\": %s")
              .formatted(
                  GoJson.compact(patch),
                  type.group(),
                  type.version(),
                  type.plural(),
                  type.group(),
                  type.version(),
                  type.kind(),
                  target.name(),
                  target.namespace(),
                  target.source(),
                  why.text()),
          e.details());
    }
  }
}
