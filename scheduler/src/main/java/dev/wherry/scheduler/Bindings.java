package dev.wherry.scheduler;

import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.PermitPlugin;
import dev.wherry.scheduler.framework.ReservePlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * The bindings under way. Reserve, permit and bind run on a virtual thread per pod; what came of it
 * goes back to the loop's inbox. The counter belongs to the loop.
 */
final class Bindings implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Bindings.class.getName());

  /** Reports that may wait; one more is dropped, as the condition is written on the next try. */
  private static final int REPORTS_MAX = 1_024;

  private final int inFlightMax;
  private final ClusterWriter writer;
  private final Consumer<Inbox> loop;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore reports = new Semaphore(REPORTS_MAX);
  private int inFlight;

  Bindings(int inFlightMax, ClusterWriter writer, Consumer<Inbox> loop) {
    this.inFlightMax = inFlightMax;
    this.writer = writer;
    this.loop = loop;
  }

  boolean hasRoom() {
    return inFlight < inFlightMax;
  }

  void begin(PodView pod, String node, Profile profile) {
    inFlight++;
    threads.execute(() -> {
      Optional<String> failure = bind(pod, node, profile);
      loop.accept(new Inbox.BindEnded(pod, node, failure));
      if (failure.isEmpty()) {
        report(() -> writer.reportScheduled(pod, node));
      }
    });
  }

  /** One binding has come back, whichever way. */
  void ended() {
    inFlight--;
  }

  private static Optional<String> bind(PodView pod, String node, Profile profile) {
    Deque<ReservePlugin> reserved = new ArrayDeque<>();
    try {
      for (ReservePlugin plugin : profile.reserves()) {
        if (plugin.reserve(pod, node) instanceof Verdict.Rejected rejected) {
          return undo(reserved, pod, node, rejected.reason());
        }
        reserved.push(plugin);
      }
      for (PermitPlugin plugin : profile.permits()) {
        if (plugin.permit(pod, node) instanceof Verdict.Rejected rejected) {
          return undo(reserved, pod, node, rejected.reason());
        }
      }
      profile.binder().bind(pod, node);
      return Optional.empty();
    } catch (RuntimeException e) {
      return undo(reserved, pod, node, String.valueOf(e.getMessage()));
    }
  }

  private static Optional<String> undo(
      Deque<ReservePlugin> reserved, PodView pod, String node, String why) {
    reserved.forEach(plugin -> plugin.unreserve(pod, node));
    return Optional.of(why);
  }

  void report(Runnable write) {
    if (!reports.tryAcquire()) {
      return;
    }
    try {
      threads.execute(() -> {
        try {
          write.run();
        } catch (RuntimeException e) {
          LOG.log(System.Logger.Level.DEBUG, "report=failed why=\"{0}\"", e.getMessage());
        } finally {
          reports.release();
        }
      });
    } catch (RejectedExecutionException stopped) {
      reports.release();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
