package dev.wherry.network.netlink;

import dev.wherry.network.system.SystemCalls;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The platform thread that makes all netlink calls in one network namespace: work comes through a
 * bounded inbox, notifications of some groups go to a listener. Owner of its sockets.
 */
public final class NetlinkThread implements AutoCloseable {
  private static final Logger LOG = System.getLogger(NetlinkThread.class.getName());
  private static final int INBOX_WORKS_MAX = 64;
  private static final int POLL_BYTES = 8;
  private static final short READABLE = 1;

  /** Something to do on the thread. */
  @FunctionalInterface
  public interface Work<T> {
    T run(NetlinkSocket socket) throws IOException;
  }

  /** Hears notifications, on the thread: it notes them and returns. */
  public interface Listener {
    /** For whom nobody's changes matter. */
    Listener DEAF =
        new Listener() {
          @Override
          public void received(NetlinkMessage message) {}

          @Override
          public void lost() {}
        };

    void received(NetlinkMessage message);

    /** The kernel dropped notifications: anything can have changed. */
    void lost();
  }

  /**
   * How a thread works.
   *
   * @param protocol of its two sockets
   * @param port of the socket that requests; 0 for any. With one, its own changes are not notified
   * @param groups of notifications; may be none
   * @param prologue runs first on the thread, such as entering a namespace
   */
  public record Setup(
      String name, int protocol, int port, List<Integer> groups, Runnable prologue) {
    public Setup {
      groups = List.copyOf(groups);
    }
  }

  private record Job<T>(Work<T> work, CompletableFuture<T> answer) {
    void run(NetlinkSocket socket) {
      try {
        answer.complete(work.run(socket));
      } catch (IOException | RuntimeException | Error e) {
        answer.completeExceptionally(e);
      }
    }
  }

  private final BlockingQueue<Job<?>> inbox = new ArrayBlockingQueue<>(INBOX_WORKS_MAX);
  private final Setup setup;
  private final Listener listener;
  private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment one = arena.allocate(8, 8);
  private final int wakeup = SystemCalls.eventDescriptor();
  private final Thread thread;
  private @Nullable NetlinkSocket ears;
  private volatile boolean closing;
  private boolean wakeupOpen = true;

  private NetlinkThread(Setup setup, Listener listener) {
    this.setup = setup;
    this.listener = listener;
    one.set(ValueLayout.JAVA_LONG, 0, 1);
    thread = Thread.ofPlatform().daemon().name(setup.name()).unstarted(this::run);
  }

  /**
   * Starts the thread and opens its sockets.
   *
   * @throws NetlinkException EADDRINUSE when another socket of the namespace has the port
   */
  public static NetlinkThread start(Setup setup, Listener listener)
      throws IOException, InterruptedException {
    NetlinkThread started = new NetlinkThread(setup, listener);
    started.thread.start();
    try {
      await(started.opened);
      return started;
    } catch (IOException | InterruptedException e) {
      started.close();
      throw e;
    }
  }

  /** Does work on the thread and waits for its result. */
  public <T> T call(Work<T> work) throws IOException, InterruptedException {
    Job<T> job = new Job<>(work, new CompletableFuture<>());
    if (closing) {
      throw new IOException(setup.name() + " is closed");
    }
    inbox.put(job);
    wake();
    if (closing) {
      job.answer().completeExceptionally(new IOException(setup.name() + " is closed"));
    }
    return await(job.answer());
  }

  /** Hears a further group of notifications from now on. */
  public void join(int group) throws IOException, InterruptedException {
    boolean _ =
        call(_ -> {
          Objects.requireNonNull(ears).join(group);
          return true;
        });
  }

  private static <T> T await(CompletableFuture<T> answer) throws IOException, InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case NetlinkException refused -> throw refused;
        case IOException failed -> throw failed;
        case RuntimeException bug -> throw bug;
        case null, default -> throw new IOException("netlink work failed", e.getCause());
      }
    }
  }

  /** Under the lock, because the number of a closed descriptor soon names another file. */
  private void wake() {
    lock.lock();
    try {
      if (wakeupOpen) {
        SystemCalls.write(wakeup, one);
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    setup.prologue().run();
    try (NetlinkSocket requests = NetlinkSocket.open(setup.protocol(), setup.port());
        NetlinkSocket notifications = NetlinkSocket.open(setup.protocol(), 0)) {
      if (setup.port() != 0) {
        notifications.ignoreChangesBy(setup.port());
      }
      for (int group : setup.groups()) {
        notifications.join(group);
      }
      ears = notifications;
      opened.complete(true);
      loop(requests, notifications);
    } catch (NetlinkException e) {
      opened.completeExceptionally(e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "netlink thread ended name=" + setup.name(), e);
      opened.completeExceptionally(e);
    } finally {
      closing = true;
      for (Job<?> job = inbox.poll(); job != null; job = inbox.poll()) {
        job.answer().completeExceptionally(new IOException(setup.name() + " is closed"));
      }
      closeWakeup();
    }
  }

  private void closeWakeup() {
    lock.lock();
    try {
      wakeupOpen = false;
      SystemCalls.close(wakeup);
    } finally {
      lock.unlock();
    }
  }

  private void loop(NetlinkSocket requests, NetlinkSocket notifications) {
    MemorySegment descriptors = arena.allocate(2 * POLL_BYTES, 4);
    MemorySegment count = arena.allocate(8, 8);
    watch(descriptors, 0, wakeup);
    watch(descriptors, 1, notifications.descriptor());
    while (!closing) {
      SystemCalls.poll(descriptors, 2, -1);
      hear(notifications);
      SystemCalls.read(wakeup, count);
      for (Job<?> job = inbox.poll(); job != null; job = inbox.poll()) {
        job.run(requests);
        hear(notifications);
      }
    }
  }

  private static void watch(MemorySegment descriptors, int index, int descriptor) {
    descriptors.set(ValueLayout.JAVA_INT, (long) index * POLL_BYTES, descriptor);
    descriptors.set(ValueLayout.JAVA_SHORT, (long) index * POLL_BYTES + 4, READABLE);
  }

  private void hear(NetlinkSocket notifications) {
    try {
      var messages = notifications.poll();
      while (!messages.isEmpty()) {
        messages.forEach(listener::received);
        messages = notifications.poll();
      }
    } catch (NetlinkException e) {
      listener.lost();
    }
  }

  /**
   * Ends the thread; work that waits fails. Returns when its sockets are closed, interrupted or
   * not: their port is free then.
   */
  @Override
  public void close() {
    closing = true;
    wake();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
