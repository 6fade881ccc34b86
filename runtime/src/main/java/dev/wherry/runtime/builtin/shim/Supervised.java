package dev.wherry.runtime.builtin.shim;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * A process under a supervisor of its own, from before its start to after its end. All it knows
 * stands in two folders, so another process finds it as this one left it. Its watch, a virtual
 * thread, alone makes it ended.
 */
public final class Supervised {
  private static final System.Logger LOG = System.getLogger(Supervised.class.getName());
  private static final String EXIT_FILE = "exit";
  private static final String STARTED_FILE = "started";
  private static final String SOCKET = "sock";
  private static final String RUNTIME_LOG = "runc.log";

  /** The shim gives the OCI runtime two minutes. */
  private static final Duration START_MAX = Duration.ofSeconds(130);

  /** A supervisor found in the middle of a start. */
  private static final Duration STARTING_MAX = Duration.ofSeconds(10);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  /** Where a process is in its life. */
  public sealed interface Phase {
    /** Not started yet. */
    record Created() implements Phase {}

    /** Running. */
    record Running(Started started) implements Phase {}

    /** Ended; not empty when it ran. */
    record Over(Ended ended, Optional<Started> started) implements Phase {}
  }

  private final String id;
  private final Path run;
  private final Path state;
  private final ShimSetup setup;
  private final Runnable onEnd;
  private final CompletableFuture<Ended> end = new CompletableFuture<>();
  private final CompletableFuture<Boolean> gone = new CompletableFuture<>();
  private volatile Phase phase = new Phase.Created();
  private volatile Optional<FrameChannel> watched = Optional.empty();
  private volatile boolean detached;

  /**
   * A process that is not started yet, or {@link #find} looks for.
   *
   * @param run holds its bundle and socket, gone with a reboot
   * @param state holds its end
   * @param onEnd is called once, when it has ended
   */
  public Supervised(String id, Path run, Path state, ShimSetup setup, Runnable onEnd) {
    this.id = id;
    this.run = run;
    this.state = state;
    this.setup = setup;
    this.onEnd = onEnd;
  }

  public Phase phase() {
    return phase;
  }

  /** Its start; empty before. */
  public Optional<Started> started() {
    return switch (phase) {
      case Phase.Created _ -> Optional.empty();
      case Phase.Running(Started started) -> Optional.of(started);
      case Phase.Over(_, Optional<Started> started) -> started;
    };
  }

  /** The process's id; empty unless it runs. */
  public Optional<Long> pid() {
    return phase instanceof Phase.Running(Started started)
        ? Optional.of(started.pid())
        : Optional.empty();
  }

  public Path runFolder() {
    return run;
  }

  /**
   * Starts it from the bundle in its run folder.
   *
   * @param options of wherry-shim supervise, beyond those every process has
   * @throws StartFailedException when the OCI runtime refused; it is over then
   */
  public void start(List<String> options) throws IOException {
    Files.deleteIfExists(run.resolve(RUNTIME_LOG));
    String said;
    try {
      said = launch(options);
    } catch (IOException e) {
      cutShort("its start was cut short: " + e.getMessage());
      throw e;
    }
    Optional<Started> started = Started.read(run.resolve(STARTED_FILE));
    if (started.isEmpty()) {
      String why = OciRuntime.lastError(run.resolve(RUNTIME_LOG)).orElse(said);
      Ended failed = Ended.notStarted(setup.now(), why);
      failed.write(state.resolve(EXIT_FILE));
      setup.runtime().delete(id);
      phase = new Phase.Over(failed, Optional.empty());
      end.complete(failed);
      gone.complete(true);
      throw new StartFailedException(why);
    }
    Started.keep(run.resolve(STARTED_FILE), state.resolve(STARTED_FILE));
    watch(started.get());
  }

  private String launch(List<String> options) throws IOException {
    List<String> command = setup.command("supervise", id, run);
    command.addAll(
        List.of(
            "--bundle",
            run.toString(),
            "--exit",
            state.resolve(EXIT_FILE).toString(),
            "--oom-score",
            Integer.toString(setup.oomScore())));
    setup.leave().forEach(file -> command.addAll(List.of("--leave", file.toString())));
    command.addAll(options);
    Process launcher = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      launcher.getOutputStream().close();
      String said =
          new String(launcher.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!launcher.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("wherry-shim does not end");
      }
      return said;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      launcher.destroyForcibly();
    }
  }

  /**
   * Takes up what an earlier process of this program left: still running, ended meanwhile, or never
   * started. What lost its supervisor is killed.
   *
   * @param boot the boot it was made in
   */
  public void find(String boot) throws IOException {
    boolean sameBoot = boot.equals(Started.currentBoot());
    Optional<Started> started =
        sameBoot
            ? Started.read(run.resolve(STARTED_FILE))
            : Started.kept(state.resolve(STARTED_FILE));
    if (started.isEmpty() && sameBoot && !Files.exists(state.resolve(EXIT_FILE))) {
      started = startingNow();
    }
    Optional<Ended> ended = Ended.read(state.resolve(EXIT_FILE));
    if (ended.isPresent()) {
      over(ended.get(), started);
    } else if (!sameBoot) {
      lost("the node was started anew", started);
    } else if (started.isPresent() && started.get().isSupervised()) {
      watch(started.get());
    } else if (started.isPresent()) {
      lost("its supervisor has died", started);
    }
  }

  /**
   * A supervisor that somebody else was waiting for, listening or not yet. It runs soon, has
   * failed, or is killed: what counts as never started may be started once more, so nothing of an
   * earlier start may be under way.
   */
  private Optional<Started> startingNow() throws IOException {
    long until = System.nanoTime() + STARTING_MAX.toNanos();
    Optional<Started> started = Optional.empty();
    while (started.isEmpty() && System.nanoTime() < until && Launches.any(id)) {
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      started = Started.read(run.resolve(STARTED_FILE));
    }
    if (started.isEmpty() && Launches.any(id)) {
      cutShort("its start did not end while this program was away");
    }
    return started;
  }

  /** Kills what may be on its way to run; it is over then. */
  private void cutShort(String why) throws IOException {
    Launches.kill(id);
    setup.runtime().deleteIfPossible(id);
    Ended failed = Ended.notStarted(setup.now(), why);
    failed.write(state.resolve(EXIT_FILE));
    over(failed, Optional.empty());
  }

  private void lost(String why, Optional<Started> started) throws IOException {
    setup.runtime().deleteIfPossible(id);
    Ended ended = Ended.unseen(setup.now(), why);
    ended.write(state.resolve(EXIT_FILE));
    over(ended, started);
  }

  private void over(Ended ended, Optional<Started> started) {
    phase = new Phase.Over(ended, started);
    end.complete(ended);
    gone.complete(true);
  }

  private void watch(Started started) {
    phase = new Phase.Running(started);
    Thread.ofVirtual().name("watch-" + id).start(() -> watchToTheEnd(started));
  }

  private void watchToTheEnd(Started started) {
    try (FrameChannel link = FrameChannel.connect(run.resolve(SOCKET))) {
      watched = Optional.of(link);
      if (detached) {
        return;
      }
      link.write(FrameChannel.WAIT);
      for (var frame = link.read(); frame.isPresent(); frame = link.read()) {
        if (frame.get().kind() == FrameChannel.EXIT) {
          ended(Ended.parse(frame.get().payload()), started);
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "supervisor gone id={0} why={1}", id, e.getMessage());
    }
    if (!detached) {
      afterTheWatch(started);
    }
  }

  // The socket closes when the supervisor ends, whether it told of an end or not.
  private void afterTheWatch(Started started) {
    try {
      if (!end.isDone()) {
        Optional<Ended> stored = Ended.read(state.resolve(EXIT_FILE));
        if (stored.isEmpty()) {
          LOG.log(Level.WARNING, "supervisor died id={0}: its container is killed", id);
          lost("its supervisor has died", Optional.of(started));
          onEnd.run();
        } else {
          ended(stored.get(), started);
        }
      }
    } catch (IOException e) {
      LOG.log(Level.ERROR, "end not known id={0} why={1}", id, e.getMessage());
      ended(Ended.unseen(setup.now(), String.valueOf(e.getMessage())), started);
    } finally {
      gone.complete(true);
    }
  }

  private void ended(Ended ended, Started started) {
    phase = new Phase.Over(ended, Optional.of(started));
    if (end.complete(ended)) {
      onEnd.run();
    }
  }

  /** Sends a signal; nothing happens once it has ended. */
  public void signal(int number) throws IOException {
    request(FrameChannel.SIGNAL, (byte) number);
  }

  /** Goes on in a new log file, after the old one was renamed. */
  public void reopenLog() throws IOException {
    request(FrameChannel.REOPEN_LOG);
  }

  private void request(int kind, byte... payload) throws IOException {
    if (end.isDone()) {
      return;
    }
    try (FrameChannel link = FrameChannel.connect(run.resolve(SOCKET))) {
      link.write(kind, payload);
      link.awaitAnswer(kind);
    } catch (IOException e) {
      // An end in between is no failure; the watch tells of it.
      if (!awaitEnd(Duration.ofSeconds(1))) {
        throw e;
      }
    }
  }

  /** Joins its streams; closing leaves the process alone. */
  public FramedProcess attach(boolean stdin, boolean stdout, boolean stderr, boolean terminal)
      throws IOException {
    FrameChannel link = FrameChannel.connect(run.resolve(SOCKET));
    int wanted = (stdin ? 1 : 0) | (stdout ? 2 : 0) | (stderr ? 4 : 0);
    link.write(FrameChannel.ATTACH, (byte) wanted);
    return FramedProcess.attached(link, terminal);
  }

  /** Waits for its end; false when it goes on. */
  public boolean awaitEnd(Duration atMost) {
    return await(end, atMost);
  }

  /** Waits until its supervisor has cleaned up after it. */
  public boolean awaitGone(Duration atMost) {
    return phase instanceof Phase.Created || await(gone, atMost);
  }

  private static boolean await(CompletableFuture<?> what, Duration atMost) {
    try {
      what.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Watches no longer; the process goes on, for whoever finds it. */
  public void detach() {
    detached = true;
    watched.ifPresent(FrameChannel::close);
  }
}
