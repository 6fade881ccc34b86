package dev.wherry.runtime.builtin.shim;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;
import dev.wherry.runtime.builtin.shim.FrameChannel.Frame;
import dev.wherry.streaming.remotecommand.CommandStatus;
import dev.wherry.streaming.remotecommand.RemoteProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A process behind frames: one that was joined, or a command of our own. */
public final class FramedProcess implements RemoteProcess {
  private static final int KILL = 9;

  private final FrameChannel frames;
  private final boolean terminal;
  private final boolean command;
  private final boolean leaving;
  private final Runnable onClose;
  private Optional<Ended> ended = Optional.empty();

  private FramedProcess(
      FrameChannel frames, boolean terminal, boolean command, boolean leaving, Runnable onClose) {
    this.frames = frames;
    this.terminal = terminal;
    this.command = command;
    this.leaving = leaving;
    this.onClose = onClose;
  }

  static FramedProcess attached(FrameChannel frames, boolean terminal) {
    return new FramedProcess(frames, terminal, false, false, () -> {});
  }

  /**
   * The same for one who leaves when the input ends, which stays open for others (rule:
   * containerd's and Docker's attach to a container without stdinOnce).
   */
  public FramedProcess leavingWithItsInput() {
    return new FramedProcess(frames, terminal, command, true, onClose);
  }

  /**
   * Starts a command in a running container. Closing kills it.
   *
   * @param folder a new one for its files, removed afterwards
   * @param process what runs, a {@code process} tree
   * @throws StartFailedException when the OCI runtime refuses it
   */
  public static FramedProcess exec(
      ShimSetup setup, String id, Path folder, ObjectNode process, List<String> options)
      throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve("process.json");
    Files.write(file, Trees.bytes(process));
    boolean terminal = process.path("terminal").asBoolean();
    List<String> words = setup.command("exec", id, folder);
    words.addAll(List.of("--process", file.toString()));
    if (terminal) {
      words.add("--tty");
    }
    words.addAll(options);
    Process shim = new ProcessBuilder(words).start();
    FrameChannel frames = FrameChannel.of(shim);
    var exec =
        new FramedProcess(
            frames,
            terminal,
            true,
            false,
            () -> {
              frames.close();
              removeTree(folder);
            });
    exec.awaitStart(shim, folder);
    return exec;
  }

  private void awaitStart(Process shim, Path folder) throws IOException {
    try {
      frames.awaitAnswer(FrameChannel.ATTACH);
    } catch (IOException e) {
      Optional<String> why = OciRuntime.lastError(folder.resolve("runc.log"));
      String said = new String(shim.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      close();
      throw new StartFailedException(why.orElse(said.strip()));
    }
  }

  private static void removeTree(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // It goes with the container's folder.
    }
  }

  @Override
  public Optional<Output> read() throws IOException {
    while (ended.isEmpty()) {
      Optional<Frame> frame = frames.read();
      if (frame.isEmpty()) {
        break;
      }
      switch (frame.get().kind()) {
        case FrameChannel.STDOUT -> {
          return Optional.of(new Output(false, frame.get().payload()));
        }
        case FrameChannel.STDERR -> {
          return Optional.of(new Output(true, frame.get().payload()));
        }
        case FrameChannel.EXIT -> ended = Optional.of(Ended.parse(frame.get().payload()));
        default -> {}
      }
    }
    return Optional.empty();
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    frames.write(FrameChannel.STDIN, bytes);
  }

  @Override
  public void closeInput() throws IOException {
    if (leaving) {
      frames.endWriting();
    } else {
      frames.write(FrameChannel.CLOSE_STDIN);
    }
  }

  @Override
  public void resize(int columns, int rows) throws IOException {
    if (terminal) {
      frames.write(
          FrameChannel.RESIZE,
          ByteBuffer.allocate(4).putShort((short) columns).putShort((short) rows).flip());
    }
  }

  @Override
  public CommandStatus outcome() throws IOException {
    return CommandStatus.exit(command ? exitCode() : 0);
  }

  /**
   * The command's exit code, once {@link #read} has found its end.
   *
   * @throws IOException when nobody knows it
   */
  public int exitCode() throws IOException {
    return ended
        .orElseThrow(() -> new IOException("the command's exit code is not known"))
        .exitCode();
  }

  /** Kills the command; its end is read as usual. */
  public void kill() {
    try {
      frames.write(FrameChannel.SIGNAL, (byte) KILL);
    } catch (IOException e) {
      // It has ended by itself.
    }
  }

  @Override
  public void close() {
    onClose.run();
    frames.close();
  }
}
