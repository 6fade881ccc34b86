package dev.wherry.cli.client;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A verb that talks to a server; errors leave as exceptions and become lines in {@code Wherry}. */
abstract class ClientCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private ClientOptions client = new ClientOptions();

  ClientCommand(Streams streams) {
    this.streams = streams;
  }

  Streams streams() {
    return streams;
  }

  ClientOptions client() {
    return client;
  }

  /** Does the work; the number is the exit code. */
  abstract int run(Session session);

  @Override
  public final Integer call() {
    try (Session session = client.open(streams)) {
      return run(session);
    } finally {
      streams.out().flush();
    }
  }
}
