package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.select.Targets;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Deletion;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.RawRequest;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.client.verb.Wait;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry delete}. */
@Command(
    name = "delete",
    description = "Delete resources by files, names or selectors.",
    mixinStandardHelpOptions = true)
public final class DeleteCommand extends ClientCommand {
  private static final int OWN_GRACE = -1;

  @Mixin private FileOptions files = new FileOptions();
  @Mixin private DeleteOptions options = new DeleteOptions();

  @Parameters(paramLabel = "TYPE [NAME]", description = "TYPE NAME, TYPE/NAME, TYPE -l selector.")
  private List<String> words = List.of();

  /** An object that was deleted and is waited for. */
  private record Deleted(Target target, String uid) {}

  @Option(names = "--raw", description = "A path to DELETE.")
  private String raw = "";

  public DeleteCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (!raw.isEmpty()) {
      RawRequest.send(session, streams(), "DELETE", raw, files);
      return 0;
    }
    options.check(streams().err());
    Failures failures = new Failures();
    List<Deleted> deleted = new ArrayList<>();
    int found = 0;
    for (Target target : targets(session, failures)) {
      found++;
      try {
        deleted.add(delete(session, target));
      } catch (ApiException e) {
        boolean ignored = options.ignoreNotFound() && e.reason() == Reason.NOT_FOUND;
        if (!ignored) {
          failures.add(
              target.source().isEmpty() ? e : Failures.during("deleting", target.source(), e));
        }
      }
    }
    if (found == 0 && failures.isEmpty()) {
      streams().out().println("No resources found");
    }
    streams().out().flush();
    if (options.waits() && options.dryRun() == DryRun.NONE) {
      Deletion deletion = new Deletion(session);
      Wait wait = new Wait(options.patience());
      deleted.forEach(one -> deletion.await(one.target(), one.uid(), wait));
    }
    failures.raise();
    return 0;
  }

  private List<Target> targets(Session session, Failures failures) {
    if (files.given()) {
      List<Target> targets = new ArrayList<>();
      for (Manifest manifest : files.read(streams())) {
        targets.add(session.manifestTargets().of(manifest));
      }
      return targets;
    }
    if (words.isEmpty()) {
      throw ClientException.error(
          """
          You must provide one or more resources by argument or filename.
          Example resource specifications include:
             '-f rsrc.yaml'
             '--filename=rsrc.json'
             '<resource> <name>'
             '<resource>'\
          """);
    }
    Targets.Scope scope = options.scope(session.namespace());
    List<Target> targets = new ArrayList<>();
    for (Target target : Targets.parse(words, scope, session.discovery()).all()) {
      if (!target.name().isEmpty()) {
        targets.add(target);
      } else if (scope.selecting()) {
        targets.addAll(listed(session, target, failures));
      } else {
        throw ClientException.error("resource(s) were provided, but no name was specified");
      }
    }
    return targets;
  }

  private List<Target> listed(Session session, Target target, Failures failures) {
    List<Target> targets = new ArrayList<>();
    try {
      Lists.read(
          session.api(),
          target,
          options.filter(),
          Api.JSON,
          page -> {
            for (JsonNode item : page.path("items")) {
              JsonNode metadata = item.path("metadata");
              targets.add(
                  new Target(
                      target.type(),
                      metadata.path("namespace").asText(""),
                      metadata.path("name").asText(),
                      ""));
            }
          });
    } catch (ApiException e) {
      failures.add(e);
    }
    return targets;
  }

  private Deleted delete(Session session, Target target) {
    int grace = options.graceSeconds(OWN_GRACE);
    String uid = "";
    if (options.dryRun() != DryRun.CLIENT) {
      String query = options.dryRun() == DryRun.SERVER ? "?dryRun=All" : "";
      JsonNode answer = new Deletion(session).delete(target, options.propagation(), grace, query);
      uid =
          answer.path("kind").asText().equals("Status")
              ? answer.path("details").path("uid").asText("")
              : answer.path("metadata").path("uid").asText("");
    }
    ResourceType type = target.type();
    if (options.namesOnly()) {
      streams().out().println(type.label() + "/" + target.name());
    } else {
      String done = grace == 0 ? "force deleted" : "deleted";
      streams()
          .out()
          .println(
              "%s \"%s\" %s%s%s"
                  .formatted(
                      type.label(),
                      target.name(),
                      done,
                      Deletion.where(target),
                      options.dryRun().suffix()));
    }
    return new Deleted(target, uid);
  }
}
