package dev.wherry.cli.client.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Deletion;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code wherry auth reconcile}: roles get what a file grants, and keep what they have. */
@Command(
    name = "reconcile",
    description = "Bring roles and bindings to what a file says.",
    mixinStandardHelpOptions = true)
final class Reconcile extends ClientCommand {
  private static final int ATTEMPTS_MAX = 3;
  private static final String GROUP = "rbac.authorization.k8s.io/";
  private static final Set<String> ROLES = Set.of("Role", "ClusterRole");
  private static final Set<String> BINDINGS = Set.of("RoleBinding", "ClusterRoleBinding");

  @Mixin private FileOptions files = new FileOptions();
  @Mixin private ChangeOptions change = new ChangeOptions();

  @Option(
      names = "--remove-extra-permissions",
      arity = "0..1",
      fallbackValue = "true",
      description = "Roles lose what the file does not grant.")
  private boolean removesPermissions;

  @Option(
      names = "--remove-extra-subjects",
      arity = "0..1",
      fallbackValue = "true",
      description = "Bindings lose whom the file does not name.")
  private boolean removesSubjects;

  Reconcile(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (!files.given()) {
      throw ClientException.error("must specify one of -f and -k");
    }
    if (change.dryRun() == DryRun.SERVER) {
      throw ClientException.error("--dry-run=server for command reconcile is not supported yet");
    }
    Failures failures = new Failures();
    for (Manifest manifest : files.read(streams())) {
      String version = manifest.apiVersion();
      boolean known = ROLES.contains(manifest.kind()) || BINDINGS.contains(manifest.kind());
      if (!version.startsWith(GROUP) || !known) {
        continue;
      }
      try {
        tell(reconcile(session, manifest));
      } catch (ApiException | ClientException e) {
        failures.add(e);
      }
    }
    failures.raise();
    return 0;
  }

  private RoleMerge reconcile(Session session, Manifest manifest) {
    Target target = session.manifestTargets().of(manifest);
    for (int attempt = 1; ; attempt++) {
      RoleMerge merge = merge(session, target, manifest);
      if (change.dryRun() != DryRun.NONE || merge.isProtected()) {
        return merge;
      }
      try {
        return write(session, target, merge);
      } catch (ApiException e) {
        if (e.reason() != Reason.CONFLICT || attempt == ATTEMPTS_MAX) {
          throw e;
        }
      }
    }
  }

  private RoleMerge merge(Session session, Target target, Manifest manifest) {
    Optional<ObjectNode> there = session.api().find(target.path()).map(ObjectNode.class::cast);
    if (there.isEmpty()) {
      return RoleMerge.absent(manifest.object());
    }
    return ROLES.contains(manifest.kind())
        ? RoleMerge.role(there.get(), manifest.object(), removesPermissions)
        : RoleMerge.binding(there.get(), manifest.object(), removesSubjects);
  }

  private static RoleMerge write(Session session, Target target, RoleMerge merge) {
    JsonNode stored =
        switch (merge.step()) {
          case NONE -> merge.object();
          case UPDATE -> session.api().exchange("PUT", target.path(), Api.JSON, merge.object());
          case CREATE -> create(session, target, merge.object());
          case RECREATE -> {
            new Deletion(session).delete(target, "Background", 0, "");
            yield create(session, target, merge.object());
          }
        };
    return new RoleMerge(
        (ObjectNode) stored, merge.step(), merge.missing(), merge.extra(), merge.isProtected());
  }

  private static JsonNode create(Session session, Target target, ObjectNode object) {
    if (target.type().namespaced()) {
      String spaces = session.discovery().resolve("namespaces").path("", "");
      if (session.api().find(spaces + "/" + target.namespace()).isEmpty()) {
        ObjectNode space = Json.object().put("kind", "Namespace").put("apiVersion", "v1");
        space.putObject("metadata").put("name", target.namespace());
        session.api().exchange("POST", spaces, Api.JSON, space);
      }
    }
    String path = target.type().path(target.namespace(), "");
    return session.api().exchange("POST", path, Api.JSON, object);
  }

  private void tell(RoleMerge merge) {
    change.print(streams().out(), merge.object(), "reconciled");
    streams().out().flush();
    String caveat =
        merge.isProtected()
            ? ", but object opted out (rbac.authorization.kubernetes.io/autoupdate: false)"
            : "";
    String step =
        switch (merge.step()) {
          case NONE -> "";
          case CREATE -> "create";
          case UPDATE -> "update";
          case RECREATE -> "recreate";
        };
    if (step.isEmpty()) {
      return;
    }
    streams().err().println("\treconciliation required " + step + caveat);
    boolean role = ROLES.contains(merge.object().path("kind").asText());
    list(role ? "missing rules added:" : "missing subjects added:", merge.missing());
    if (role ? removesPermissions : removesSubjects) {
      list(role ? "extra rules removed:" : "extra subjects removed:", merge.extra());
    }
  }

  private void list(String title, List<JsonNode> parts) {
    if (!parts.isEmpty()) {
      streams().err().println("\t" + title);
      parts.forEach(part -> streams().err().println("\t\t" + RoleMerge.text(part)));
    }
  }
}
