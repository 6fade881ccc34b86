package dev.wherry.scheduler;

import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.PermitPlugin;
import dev.wherry.scheduler.framework.Reservation;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * The bindings under way. What was reserved is made true, then permit and bind run on a virtual
 * thread per pod; what came of it goes back to the loop's inbox. The counter belongs to the loop;
 * pods that wait for volumes are not counted, for they may wait long.
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

  void begin(PodView pod, String node, Profile profile, List<Reservation> reserved) {
    inFlight += reserved.isEmpty() ? 1 : 0;
    threads.execute(() -> {
      Optional<String> failure = bind(pod, node, profile, reserved);
      if (failure.isPresent()) {
        undo(reserved);
      }
      loop.accept(new Inbox.BindEnded(pod, node, reserved, failure));
      if (failure.isEmpty()) {
        report(() -> writer.reportScheduled(pod, node));
      }
    });
  }

  /** One binding has come back, whichever way. */
  void ended(List<Reservation> reserved) {
    inFlight -= reserved.isEmpty() ? 1 : 0;
  }

  private static Optional<String> bind(
      PodView pod, String node, Profile profile, List<Reservation> reserved) {
    try {
      for (Reservation reservation : reserved) {
        Optional<String> failure = reservation.fulfil();
        if (failure.isPresent()) {
          return failure;
        }
      }
      for (PermitPlugin plugin : profile.permits()) {
        if (plugin.permit(pod, node) instanceof Verdict.Rejected rejected) {
          return Optional.of(rejected.reason());
        }
      }
      profile.binder().bind(pod, node);
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static void undo(List<Reservation> reserved) {
    for (Reservation reservation : reserved) {
      try {
        reservation.undo();
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.DEBUG, "undo=failed why=\"{0}\"", e.getMessage());
      }
    }
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
