package dev.wherry.cli.client.attach;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.stream.DetachKeys;
import dev.wherry.cli.client.stream.PodContainers;
import dev.wherry.cli.client.stream.RemoteSession;
import dev.wherry.cli.client.stream.Terminal;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.machinery.client.Query;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/**
 * How to attach to a container.
 *
 * @param stdin whether to pass the standard input on
 * @param tty whether a terminal is wished; the container decides
 */
public record Attachment(boolean stdin, boolean tty, boolean quiet, DetachKeys leave) {
  /** What kubectl says of every session that others may read. */
  private static final String RECORDED =
      "All commands and output from this session will be recorded in container logs, including"
          + " credentials and sensitive information passed through the command prompt.";

  private static final String PROMPT = "If you don't see a command prompt, try pressing enter.";

  /**
   * Attaches until the container ends or the user leaves.
   *
   * @throws ClientException when it cannot be attached to, or has ended with a code of its own
   */
  public void run(Session session, JsonNode pod, String container) {
    PrintStream err = session.streams().err();
    JsonNode spec = container(pod, container);
    boolean terminal = spec.path("tty").asBoolean();
    if (tty && !terminal && !quiet) {
      err.println("error: Unable to use a TTY - container " + container + " did not allocate one");
    }
    RemoteSession remote = new RemoteSession(session.api(), session.streams());
    Optional<Terminal> own = remote.terminal(stdin, terminal, quiet || !tty);
    if (!quiet) {
      err.println(RECORDED);
      err.println(PROMPT);
    }
    JsonNode metadata = pod.path("metadata");
    String name = metadata.path("name").asText();
    String namespace = metadata.path("namespace").asText();
    String path =
        new Query(session.discovery().resolve("pods").path(namespace, name) + "/attach")
            .add("container", container)
            .add("stdin", stdin)
            .add("stdout", true)
            .add("stderr", !terminal)
            .add("tty", terminal)
            .toString();
    int code =
        own.isPresent() ? remote.inTerminal(path, own.get(), leave) : remote.plain(path, stdin);
    if (own.isPresent() && !quiet) {
      session
          .streams()
          .out()
          .println(
              "Session ended, resume using 'wherry attach %s -c %s -n %s -i -t' command"
                  .formatted(name, container, namespace));
    }
    if (code != 0) {
      throw ClientException.exit(code, "command terminated with exit code " + code);
    }
  }

  private static JsonNode container(JsonNode pod, String name) {
    for (String field : List.of("containers", "initContainers", "ephemeralContainers")) {
      for (JsonNode one : pod.path("spec").path(field)) {
        if (one.path("name").asText().equals(name)) {
          return one;
        }
      }
    }
    throw ClientException.error(
        "cannot attach to the container: container %s not found in pod %s; it has %s"
            .formatted(
                name, pod.path("metadata").path("name").asText(), new PodContainers(pod).list()));
  }
}
