package dev.wherry.cli.client.debug;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.attach.Attachment;
import dev.wherry.cli.client.attach.PodStart;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.stream.DetachKeys;
import dev.wherry.cli.client.stream.LogStreams;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Deletion;
import dev.wherry.cli.client.verb.ObjectChange;
import dev.wherry.cli.client.verb.ObjectWatch;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.security.SecureRandom;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code wherry debug}. */
@Command(
    name = "debug",
    description = "Look into a pod or a node with a container of one's own.",
    mixinStandardHelpOptions = true)
public final class DebugCommand extends ClientCommand {
  private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";
  private static final int SUFFIX_CHARS = 5;
  private static final String NOT_ROOT =
      "Warning: Non-root user is configured for the entire target Pod, and some capabilities"
          + " granted by debug profile may not work. Please consider using \"--custom\" with a"
          + " custom profile that specifies \"securityContext.runAsUser: 0\".";

  @Mixin private DebugFlags flags = new DebugFlags();

  @Parameters(
      paramLabel = "POD -- COMMAND",
      arity = "0..*",
      description = "The pod, or node/NAME; then what the container is to run.")
  private List<String> words = List.of();

  private final SecureRandom random = new SecureRandom();

  public DebugCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    List<String> command = words.size() > 1 ? words.subList(1, words.size()) : List.of();
    DebugProfile profile = DebugProfile.of(flags.profile);
    flags.check(command);
    if (words.isEmpty()) {
      throw ClientException.error("NAME or filename is required for debug");
    }
    if (!flags.target.isEmpty() && !flags.quiet) {
      streams()
          .out()
          .println(
              "Targeting container \"%s\". If you don't see processes from this container it may be because the container runtime doesn't support this feature."
                  .formatted(flags.target));
    }
    if (profile == DebugProfile.LEGACY) {
      streams()
          .err()
          .println(
              "--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example \"--profile=general\".");
    }
    DebugPods pods = new DebugPods(flags, command, this::suffix, streams().out()::println);
    DebugPods.Made made = make(session, pods);
    streams().out().flush();
    if (flags.attaches() && !made.container().isEmpty()) {
      attach(session, made);
    }
    return 0;
  }

  private DebugPods.Made make(Session session, DebugPods pods) {
    String word = words.getFirst();
    int slash = word.indexOf('/');
    ResourceType type = session.discovery().resolve(slash < 0 ? "pods" : word.substring(0, slash));
    String namespace = type.namespaced() ? session.namespace() : "";
    JsonNode object = session.api().get(type.path(namespace, word.substring(slash + 1)));
    return switch (type.resource()) {
      case "nodes" -> create(session, pods.onNode(object.path("metadata").path("name").asText()));
      case "pods" ->
          flags.copyTo.isEmpty()
              ? addTo(session, object, pods.ephemeral(object))
              : copy(session, object, pods.copy(object));
      default ->
          throw ClientException.error(
              "\"%s, Kind=%s\" not supported by debug".formatted(type.apiVersion(), type.kind()));
    };
  }

  private DebugPods.Made create(Session session, DebugPods.Made made) {
    String path = session.discovery().resolve("pods").path(session.namespace(), "");
    JsonNode created = session.api().exchange("POST", path, Api.JSON, made.pod());
    return new DebugPods.Made((ObjectNode) created, made.container());
  }

  private DebugPods.Made copy(Session session, JsonNode pod, DebugPods.Made made) {
    warn(made);
    DebugPods.Made created = create(session, made);
    if (flags.replace) {
      new Deletion(session).delete(target(session, pod), "Background", 0, "");
    }
    return created;
  }

  private DebugPods.Made addTo(Session session, JsonNode pod, DebugPods.Made made) {
    warn(made);
    JsonNode containers = made.pod().path("spec").path("ephemeralContainers");
    ObjectNode patch = Json.object();
    ObjectNode spec = patch.putObject("spec");
    spec.putArray("ephemeralContainers").add(containers.path(containers.size() - 1));
    ArrayNode order = spec.putArray("$setElementOrder/ephemeralContainers");
    containers.forEach(one -> order.addObject().put("name", one.path("name").asText()));
    String path = target(session, pod).path() + "/ephemeralcontainers";
    try {
      JsonNode changed = session.api().exchange("PATCH", path, ObjectChange.STRATEGIC, patch);
      return new DebugPods.Made((ObjectNode) changed, made.container());
    } catch (ApiException e) {
      if (e.reason() == Reason.NOT_FOUND && e.details().name().isEmpty()) {
        throw ClientException.error(
            "ephemeral containers are disabled for this cluster (error from server: \"%s\")"
                .formatted(e.text()));
      }
      throw e;
    }
  }

  /** What the profile grants is of no use to another user than root. */
  private void warn(DebugPods.Made made) {
    JsonNode spec = made.pod().path("spec");
    for (String field : List.of("containers", "ephemeralContainers")) {
      for (JsonNode one : spec.path(field)) {
        JsonNode own = one.path("securityContext");
        boolean granted =
            own.path("privileged").asBoolean() || !own.path("capabilities").path("add").isEmpty();
        if (one.path("name").asText().equals(made.container())
            && spec.path("securityContext").path("runAsUser").asLong() != 0
            && granted
            && !(own.has("runAsUser") && own.path("runAsUser").asLong() == 0)) {
          streams().err().println(NOT_ROOT);
        }
      }
    }
  }

  private static Target target(Session session, JsonNode pod) {
    JsonNode metadata = pod.path("metadata");
    return new Target(
        session.discovery().resolve("pods"),
        metadata.path("namespace").asText(),
        metadata.path("name").asText(),
        "");
  }

  private void attach(Session session, DebugPods.Made made) {
    Target target = target(session, made.pod());
    JsonNode pod =
        PodStart.await(
            session, target, ObjectWatch.FOR_EVER, now -> begun(state(now, made.container())));
    if (state(pod, made.container()).has("terminated")) {
      log(session, target, made.container(), "");
      return;
    }
    try {
      new Attachment(flags.stdin, flags.tty, flags.quiet, DetachKeys.NONE)
          .run(session, pod, made.container());
    } catch (ApiException e) {
      streams()
          .err()
          .println(
              "warning: couldn't attach to pod/%s, falling back to streaming logs: %s"
                  .formatted(target.name(), e.text()));
      log(session, target, made.container(), "true");
    }
  }

  private static boolean begun(JsonNode state) {
    return state.has("running") || state.has("terminated");
  }

  private static JsonNode state(JsonNode pod, String container) {
    for (String field :
        List.of("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")) {
      for (JsonNode one : pod.path("status").path(field)) {
        if (one.path("name").asText().equals(container)) {
          return one.path("state");
        }
      }
    }
    return Json.object();
  }

  private void log(Session session, Target target, String container, String follow) {
    new LogStreams(session.api(), streams().out(), true, streams().err())
        .ofContainer(target.path(), container, follow);
  }

  private String suffix() {
    StringBuilder suffix = new StringBuilder();
    for (int i = 0; i < SUFFIX_CHARS; i++) {
      suffix.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return suffix.toString();
  }
}
