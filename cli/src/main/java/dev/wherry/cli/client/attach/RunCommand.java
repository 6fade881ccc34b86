package dev.wherry.cli.client.attach;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.create.NewObject;
import dev.wherry.cli.client.create.Overrides;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.stream.DetachKeys;
import dev.wherry.cli.client.stream.LogStreams;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Deletion;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.GoDuration;
import dev.wherry.cli.client.verb.ObjectWatch;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry run}. */
@Command(name = "run", description = "Run an image in a pod.", mixinStandardHelpOptions = true)
public final class RunCommand extends ClientCommand {
  private static final int OWN_GRACE = -1;

  @Mixin private ChangeOptions change = new ChangeOptions();
  @Mixin private RunOptions options = new RunOptions();
  @Mixin private Overrides overrides = new Overrides();

  @Parameters(
      paramLabel = "NAME -- COMMAND",
      arity = "0..*",
      description = "The pod's name, and what it runs.")
  private List<String> words = List.of();

  @Option(
      names = "--rm",
      arity = "0..1",
      fallbackValue = "true",
      description = "Delete the pod when the session ends.")
  private boolean remove;

  @Option(
      names = {"-i", "--stdin"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Pass the standard input on.")
  private boolean stdin;

  @Option(
      names = {"-t", "--tty"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Give the container a terminal.")
  private boolean tty;

  @Option(names = "--attach", arity = "0..1", fallbackValue = "true", description = "Attach.")
  private String attach = "";

  @Option(
      names = {"-q", "--quiet"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Print only what the container prints.")
  private boolean quiet;

  @Option(names = "--detach-keys", description = "Keys that leave the container running.")
  private String detachKeys = "ctrl-p,ctrl-q";

  @Option(names = "--pod-running-timeout", description = "How long to wait for the pod.")
  private String podRunningTimeout = "1m0s";

  @Option(names = "--save-config", arity = "0..1", fallbackValue = "true")
  private boolean saveConfig;

  public RunCommand(Streams streams) {
    super(streams);
  }

  private boolean attaches() {
    return attach.isEmpty() ? stdin : Boolean.parseBoolean(attach);
  }

  @Override
  protected int run(Session session) {
    check();
    String name = words.getFirst();
    NewObject maker = new NewObject(session, change, "kubectl-run", saveConfig);
    ObjectNode pod = options.pod(name, words.subList(1, words.size()), stdin, tty);
    List<JsonNode> created = new ArrayList<>();
    created.add(maker.create(overrides.apply(pod)));
    if (options.exposed()) {
      created.add(maker.create(options.service(name)));
    }
    if (!attaches()) {
      created.reversed().forEach(object -> change.print(streams().out(), object, "created"));
      return 0;
    }
    try {
      return session(session, created.getFirst());
    } finally {
      if (remove) {
        created.forEach(object -> delete(session, object));
      }
    }
  }

  private void check() {
    options.check();
    if (words.isEmpty()) {
      throw ClientException.error("NAME is required for run" + RunOptions.USAGE);
    }
    options.checkImage();
    if (tty && !stdin) {
      throw ClientException.error(
          "-i/--stdin is required for containers with -t/--tty=true" + RunOptions.USAGE);
    }
    options.checkPort();
    if (!attaches() && remove) {
      throw ClientException.error(
          "--rm should only be used for attached containers" + RunOptions.USAGE);
    }
    if (attaches() && change.dryRun() != DryRun.NONE) {
      throw ClientException.error(
          "--dry-run=[server|client] can't be used with attached containers options (--attach,"
              + " --stdin, or --tty)"
              + RunOptions.USAGE);
    }
  }

  private static Target target(Session session, JsonNode object) {
    JsonNode metadata = object.path("metadata");
    String kind = object.path("kind").asText().equals("Service") ? "services" : "pods";
    return new Target(
        session.discovery().resolve(kind),
        metadata.path("namespace").asText(),
        metadata.path("name").asText(),
        "");
  }

  /** Attaches, or prints the log of what has ended already; then the container's exit code. */
  private int session(Session session, JsonNode created) {
    Target target = target(session, created);
    var patience = GoDuration.flag("--pod-running-timeout", podRunningTimeout);
    JsonNode pod = PodStart.await(session, target, patience, PodStart::readyOrOver);
    String container = pod.path("spec").path("containers").path(0).path("name").asText();
    if (PodStart.over(pod)) {
      log(session, target, container, "");
    } else {
      attach(session, target, pod, container);
    }
    boolean finite = !options.restart().equals("Always") && !options.stdinStaysOpen();
    if (!finite) {
      return 0;
    }
    boolean mustSucceed = options.restart().equals("OnFailure");
    JsonNode end =
        PodStart.await(
            session,
            target,
            mustSucceed ? ObjectWatch.FOR_EVER : patience,
            now -> mustSucceed ? succeeded(now) : PodStart.over(now));
    return succeeded(end) ? 0 : failed(end);
  }

  private static boolean succeeded(JsonNode pod) {
    return pod.path("status").path("phase").asText().equals("Succeeded");
  }

  private void attach(Session session, Target target, JsonNode pod, String container) {
    log(session, target, container, "");
    try {
      new Attachment(stdin, tty, quiet, DetachKeys.parse(detachKeys)).run(session, pod, container);
    } catch (ApiException e) {
      streams()
          .err()
          .println(
              "warning: couldn't attach to pod/%s, falling back to streaming logs: %s"
                  .formatted(target.name(), e.text()));
      log(session, target, container, "true");
    }
  }

  private void log(Session session, Target target, String container, String follow) {
    new LogStreams(session.api(), streams().out(), true, streams().err())
        .ofContainer(target.path(), container, follow);
  }

  private static int failed(JsonNode pod) {
    JsonNode metadata = pod.path("metadata");
    String name = metadata.path("namespace").asText() + "/" + metadata.path("name").asText();
    JsonNode end =
        pod.path("status").path("containerStatuses").path(0).path("state").path("terminated");
    int code = end.path("exitCode").asInt();
    if (code == 0) {
      throw ClientException.error("pod " + name + " failed with unknown exit code");
    }
    throw ClientException.exit(
        code,
        "pod %s terminated (%s)\n%s"
            .formatted(name, end.path("reason").asText(""), end.path("message").asText("")));
  }

  private void delete(Session session, JsonNode object) {
    Target target = target(session, object);
    streams().out().flush();
    try {
      new Deletion(session).delete(target, "Background", OWN_GRACE, "");
      if (!quiet) {
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
}
