package dev.wherry.network.sockets;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Sockets that a process of their own holds, which outlives this one: {@code wherry-shim hold}. One
 * program at a time is connected; a minute without any ends the holder. When the holder is lost,
 * servers bind sockets of their own.
 */
public final class HeldSockets implements ListeningSockets, AutoCloseable {
  private static final Logger LOG = System.getLogger(HeldSockets.class.getName());
  private static final int WAITING_MAX = 64;
  private static final int START_SECONDS_MAX = 10;
  private static final char GRANTED = '+';

  private final PacketSocket holder;
  private final ExecutorService thread =
      new ThreadPoolExecutor(
          0,
          1,
          1,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING_MAX),
          Thread.ofPlatform().daemon().name("held-sockets").factory());

  private HeldSockets(PacketSocket holder) {
    this.holder = holder;
  }

  /**
   * Connects to the holder that is there, or starts one.
   *
   * @param program wherry-shim
   * @param path of the holder's socket
   * @param started takes a new holder's process id
   * @throws IOException when there is none and none can be started
   */
  public static HeldSockets open(Path program, Path path, LongConsumer started)
      throws IOException, InterruptedException {
    try {
      return new HeldSockets(PacketSocket.connect(path));
    } catch (IOException nobody) {
      started.accept(start(program, path));
      return new HeldSockets(PacketSocket.connect(path));
    }
  }

  private static long start(Path program, Path path) throws IOException, InterruptedException {
    Files.createDirectories(path.toAbsolutePath().getParent());
    Process process =
        new ProcessBuilder(List.of(program.toString(), "hold", path.toString()))
            .directory(new File("/"))
            .redirectErrorStream(true)
            .start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("sockets cannot be held: " + said);
    }
    return Long.parseLong(said);
  }

  /** Ends the holder at a path with all its sockets; false where there is none. */
  public static boolean end(Path path) {
    try (HeldSockets sockets = new HeldSockets(PacketSocket.connect(path))) {
      sockets.end();
      return true;
    } catch (IOException nobody) {
      return false;
    }
  }

  @Override
  public OptionalInt take(WantedSocket wanted) throws IOException {
    PacketSocket.Answer answer;
    try {
      answer = ask("T " + wanted.line());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "socket not held socket={0} why=\"{1}\"", wanted, e.getMessage());
      return OptionalInt.empty();
    }
    if (answer.text().charAt(0) != GRANTED || answer.descriptor().isEmpty()) {
      throw new IOException(wanted.refused(answer.text().substring(1)));
    }
    return answer.descriptor();
  }

  @Override
  public void drop(WantedSocket wanted) {
    tell("D " + wanted.line());
  }

  @Override
  public void dropRest(String group) {
    tell("R " + group);
  }

  /** Ends the holder with all its sockets. */
  public void end() {
    tell("E");
  }

  private void tell(String packet) {
    try {
      PacketSocket.Answer _ = ask(packet);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "holder not told what={0} why=\"{1}\"", packet, e.getMessage());
    }
  }

  private PacketSocket.Answer ask(String packet) throws IOException {
    try {
      return thread.submit(() -> holder.ask(packet)).get();
    } catch (ExecutionException e) {
      throw new IOException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Leaves the sockets to the next program. */
  @Override
  public void close() {
    thread.close();
    holder.close();
  }
}
