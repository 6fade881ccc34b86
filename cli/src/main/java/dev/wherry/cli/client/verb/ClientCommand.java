package dev.wherry.cli.client.verb;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A verb that talks to a server; errors leave as exceptions and become lines in {@code Wherry}. */
public abstract class ClientCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private ClientOptions client = new ClientOptions();

  public ClientCommand(Streams streams) {
    this.streams = streams;
  }

  public Streams streams() {
    return streams;
  }

  public ClientOptions client() {
    return client;
  }

  /** Does the work; the number is the exit code. */
  protected abstract int run(Session session);

  /** Whether {@code --user} means something else than the user of the kubeconfig. */
  protected boolean ownsUserFlag() {
    return false;
  }

  @Override
  public final Integer call() {
    try (Session session = ownsUserFlag() ? client.open(streams, "") : client.open(streams)) {
      return run(session);
    } finally {
      streams.out().flush();
    }
  }
}
