package dev.wherry.cli.client.forward;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.stream.PodLookup;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.ObjectWatch;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.pod.PodPhases;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry port-forward}: until it is interrupted or the pod is gone. */
@Command(
    name = "port-forward",
    description = "Let local ports lead to a pod.",
    mixinStandardHelpOptions = true)
public final class PortForwardCommand extends ClientCommand {
  @Parameters(
      paramLabel = "TYPE/NAME PORTS",
      arity = "0..*",
      description = "The pod or what has pods; then LOCAL:REMOTE, PORT or :REMOTE.")
  private List<String> words = List.of();

  @Option(names = "--address", split = ",", description = "The addresses to listen on.")
  private List<String> addresses = List.of(ListenAddresses.BOTH);

  @Option(names = "--pod-running-timeout", hidden = true)
  private String podRunningTimeout = "";

  public PortForwardCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (words.size() < 2) {
      throw ClientException.error(
          "TYPE/NAME and list of ports are required for port-forward\n"
              + "See 'wherry port-forward -h' for help and examples");
    }
    String word = words.getFirst();
    PodLookup lookup = new PodLookup(session.api(), session.discovery(), session.namespace());
    JsonNode pod = lookup.find(word).getFirst();
    PortNames names = names(session, word, pod);
    List<PortPair> pairs = new ArrayList<>();
    for (String text : words.subList(1, words.size())) {
      pairs.add(PortPair.parse(names.translated(text)));
    }
    String phase = pod.path("status").path("phase").asText();
    if (!phase.equals("Running")) {
      throw ClientException.error(
          "unable to forward port because pod is not running. Current status=" + phase);
    }
    JsonNode metadata = pod.path("metadata");
    Target target =
        new Target(
            session.discovery().resolve("pods"),
            metadata.path("namespace").asText(),
            metadata.path("name").asText(),
            "");
    forward(session, target, metadata.path("uid").asText(), pairs);
    return 0;
  }

  private static PortNames names(Session session, String word, JsonNode pod) {
    int slash = word.indexOf('/');
    if (slash < 0) {
      return PortNames.ofPod(pod);
    }
    var type = session.discovery().resolve(word.substring(0, slash));
    if (!type.plural().equals("services") || !type.group().isEmpty()) {
      return PortNames.ofPod(pod);
    }
    JsonNode service = session.api().get(type.path(session.namespace(), word.substring(slash + 1)));
    return PortNames.ofService(service, pod);
  }

  private void forward(Session session, Target pod, String uid, List<PortPair> pairs) {
    CompletableFuture<ClientException> lost = new CompletableFuture<>();
    List<PortListener> listeners = new ArrayList<>();
    try {
      for (PortPair pair : pairs) {
        listen(session, pod.path(), pair, lost, listeners);
      }
      listeners.forEach(PortListener::start);
      Thread.ofVirtual().name("port-forward-pod").start(() -> watch(session, pod, uid, lost));
      throw lost.get();
    } catch (ExecutionException e) {
      throw ClientException.error("lost connection to pod: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ClientException.exit(1, "");
    } finally {
      listeners.forEach(PortListener::close);
    }
  }

  /** A pod that is gone ends the command, as kubectl's connection would break then. */
  private static void watch(
      Session session, Target pod, String uid, CompletableFuture<ClientException> lost) {
    try {
      new ObjectWatch(session, pod)
          .until(
              ObjectWatch.FOR_EVER,
              (type, object) -> {
                String phase = object.path("status").path("phase").asText("");
                return type.equals("DELETED")
                    || type.equals(ObjectWatch.MISSING)
                    || !object.path("metadata").path("uid").asText("").equals(uid)
                    || PodPhases.isFinished(phase);
              });
      lost.complete(ClientException.error("lost connection to pod"));
    } catch (RuntimeException e) {
      // Who may forward need not be allowed to watch: a broken connection tells then.
      lost.isDone();
    }
  }

  private void listen(
      Session session,
      String path,
      PortPair pair,
      CompletableFuture<ClientException> lost,
      List<PortListener> listeners) {
    PortPair chosen = pair;
    List<String> refusals = new ArrayList<>();
    int before = listeners.size();
    for (InetAddress address : ListenAddresses.parse(addresses)) {
      try {
        PodDestination destination =
            new PodDestination(session, new Destination.Backend(path, pair.remote()), lost);
        PortListener listener = new PortListener(session, chosen.local(), address, destination);
        listeners.add(listener);
        chosen = new PortPair(listener.port(), pair.remote());
        streams()
            .out()
            .println(
                "Forwarding from %s:%d -> %d"
                    .formatted(ListenAddresses.text(address), listener.port(), pair.remote()));
      } catch (IOException e) {
        refusals.add(
            "Unable to listen on port %d: %s: %s"
                .formatted(pair.local(), address.getHostAddress(), e.getMessage()));
      }
    }
    streams().out().flush();
    if (listeners.size() == before) {
      refusals.forEach(streams().err()::println);
      throw ClientException.error(
          ("unable to listen on any of the requested ports: [{%d %d}]: choose another one, such as"
                  + " :%d for any that is free")
              .formatted(pair.local(), pair.remote(), pair.remote()));
    }
  }
}
