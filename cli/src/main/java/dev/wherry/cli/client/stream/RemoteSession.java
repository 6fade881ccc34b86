package dev.wherry.cli.client.stream;

import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.verb.Streams;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A remote command on the streams of this process, with or without its terminal. */
public final class RemoteSession {
  private static final int RESIZE_POLL_MILLIS = 200;

  private final Api api;
  private final Streams streams;

  public RemoteSession(Api api, Streams streams) {
    this.api = api;
    this.streams = streams;
  }

  /**
   * The terminal that stdin and tty ask for; a line says so when there is none.
   *
   * @param quiet no such line
   */
  public Optional<Terminal> terminal(boolean stdin, boolean tty, boolean quiet) {
    if (!stdin || !tty) {
      return Optional.empty();
    }
    Terminal terminal = new Terminal();
    if (terminal.present()) {
      return Optional.of(terminal);
    }
    if (!quiet) {
      streams
          .err()
          .println("Unable to use a TTY - input is not a terminal or the right kind of file");
    }
    return Optional.empty();
  }

  /** Runs to the end; the answer is the command's exit code. */
  public int plain(String path, boolean stdin) {
    RemoteCommand.Running running = RemoteCommand.start(api, path, streams.out(), streams.err());
    if (stdin) {
      pump(running, streams.in());
    }
    return running.await();
  }

  private static void pump(RemoteCommand.Running running, InputStream in) {
    Thread.ofPlatform().daemon().name("stdin").start(() -> running.pump(in));
  }

  /** As {@link #inTerminal(String, Terminal, DetachKeys)}, with no way to leave. */
  public int inTerminal(String path, Terminal terminal) {
    return inTerminal(path, terminal, DetachKeys.NONE);
  }

  /**
   * Hands every key to the command. The settings of the terminal come back however the program
   * ends.
   *
   * @param leave the keys that end the session and leave the command running
   */
  public int inTerminal(String path, Terminal terminal, DetachKeys leave) {
    RemoteCommand.Running running = RemoteCommand.start(api, path, streams.out(), streams.err());
    Runnable restore = terminal.raw();
    Thread hook = Thread.ofPlatform().unstarted(restore);
    Runtime.getRuntime().addShutdownHook(hook);
    try (ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory())) {
      Terminal.Size[] last = {new Terminal.Size(0, 0)};
      clock.scheduleWithFixedDelay(
          () ->
              terminal
                  .size()
                  .filter(size -> !size.equals(last[0]))
                  .ifPresent(size -> {
                    last[0] = size;
                    running.resize(size);
                  }),
          0,
          RESIZE_POLL_MILLIS,
          TimeUnit.MILLISECONDS);
      Thread.ofPlatform().daemon().name("stdin").start(() -> keys(running, leave));
      int code = running.await();
      clock.shutdownNow();
      return code;
    } finally {
      restore.run();
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  private void keys(RemoteCommand.Running running, DetachKeys leave) {
    try (InputStream keys = leave.watching(streams.in(), running::detach)) {
      running.pump(keys);
    } catch (IOException e) {
      // The session ends by itself.
    }
  }
}
