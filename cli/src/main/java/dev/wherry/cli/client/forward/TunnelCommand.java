package dev.wherry.cli.client.forward;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.status.ApiException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry tunnel}: until it is interrupted. */
@Command(
    name = "tunnel",
    description = "Let Services of type LoadBalancer answer on this machine (TCP).",
    mixinStandardHelpOptions = true)
public final class TunnelCommand extends ClientCommand {
  @Parameters(
      paramLabel = "SERVICE",
      arity = "0..*",
      description =
          "Names of Services in the namespace; without any all those of -n, or of all namespaces.")
  private List<String> words = List.of();

  @Option(
      names = {"-l", "--selector"},
      description = "Only Services with these labels.")
  private String selector = "";

  @Option(
      names = "--address",
      split = ",",
      description = "The addresses to listen on (default: 127.0.0.1).")
  private List<String> addresses = List.of("127.0.0.1");

  @Option(
      names = "--free-ports",
      description = "Where a Service's port cannot be had, listen on one that is free.")
  private boolean freePorts;

  public TunnelCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    Set<String> names = new LinkedHashSet<>();
    words.forEach(word -> names.add(name(word)));
    ServiceTunnel.Listen listen =
        new ServiceTunnel.Listen(ListenAddresses.parse(addresses), freePorts);
    boolean one = session.namespaceForced() || !names.isEmpty();
    try (Tunnels tunnels =
        new Tunnels(session, one ? session.namespace() : "", selector, names, listen)) {
      CompletableFuture<Boolean> ended = new CompletableFuture<>();
      Thread.ofVirtual().name("tunnel").start(() -> follow(tunnels, ended));
      boolean _ = ended.get();
      return 0;
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case ApiException refused -> throw refused;
        case ClientException failed -> throw failed;
        case null, default -> throw new IllegalStateException("the tunnel ended", e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ClientException.exit(1, "");
    }
  }

  private static void follow(Tunnels tunnels, CompletableFuture<Boolean> ended) {
    try {
      tunnels.follow();
      ended.complete(true);
    } catch (RuntimeException e) {
      ended.completeExceptionally(e);
    }
  }

  private static String name(String word) {
    int slash = word.indexOf('/');
    String type = slash < 0 ? "svc" : word.substring(0, slash);
    if (!Set.of("svc", "service", "services").contains(type) || word.endsWith("/")) {
      throw ClientException.error(
          word + ": write the names of Services, and their namespace behind -n");
    }
    return word.substring(slash + 1);
  }
}
