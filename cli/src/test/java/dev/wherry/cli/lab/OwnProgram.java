package dev.wherry.cli.lab;

import dev.wherry.cli.Wherry;
import dev.wherry.cli.client.verb.Streams;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A verb of our own program in this process; interrupted at the end. */
public final class OwnProgram implements AutoCloseable {
  private static final int SECONDS_MAX = 240;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();
  private final Thread thread;

  public OwnProgram(Path kubeconfig, Path home, InputStream input, String... words) {
    Streams streams =
        new Streams(
            input,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of("KUBECONFIG", kubeconfig.toString(), "HOME", home.toString()));
    thread = Thread.ofPlatform().start(() -> exit.complete(Wherry.run(streams, words)));
  }

  public String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Waits for the end; the exit code. */
  public int ended() throws Exception {
    return exit.get(SECONDS_MAX, TimeUnit.SECONDS);
  }

  public String said() {
    return out() + err.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
