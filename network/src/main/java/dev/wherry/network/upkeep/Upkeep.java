package dev.wherry.network.upkeep;

import dev.wherry.machinery.loop.Threads;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * One virtual thread that looks at all there is whenever there is news, once for many at a time,
 * and looks again after a failure. What it looks at has that thread as its only owner.
 */
public final class Upkeep implements AutoCloseable {
  /** For an informer's first list: the API may be away for as long as it likes. */
  public static final Duration SYNC_MAX = Duration.ofDays(365);

  private static final Logger LOG = System.getLogger(Upkeep.class.getName());
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);

  private final Semaphore news = new Semaphore(0);
  private final String what;
  private final Timer timer;
  private final Duration gather;
  private Timer.Alarm alarm = () -> {};
  private Thread thread = Thread.ofVirtual().unstarted(() -> {});

  /** What the thread does; an exception is a failure that may be over soon. */
  @FunctionalInterface
  public interface Step {
    void run() throws IOException, InterruptedException;
  }

  /**
   * @param what is kept and on which node, for the log
   * @param gather how long more news are waited for
   */
  public Upkeep(String what, Timer timer, Duration gather) {
    this.what = what;
    this.timer = timer;
    this.gather = gather;
  }

  /** Something has changed; from any thread, any number of times. */
  public void news() {
    news.release();
  }

  /**
   * Starts the thread.
   *
   * @param life all it does: opens what it needs, then calls {@link #keep}; with its end the thread
   *     ends
   */
  public void start(String threadName, Step life) {
    thread = Thread.ofVirtual().name(threadName).unstarted(() -> run(life));
    thread.start();
  }

  private void run(Step life) {
    try {
      life.run();
    } catch (IOException e) {
      LOG.log(Level.ERROR, what + ": not kept", e);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "{0}: ends", what);
    }
  }

  /** Looks now and at all news, until the thread is interrupted. */
  public void keep(Step look) throws InterruptedException {
    news();
    while (true) {
      news.acquire();
      timer.pause(gather);
      news.drainPermits();
      try {
        look.run();
      } catch (IOException | ApiException e) {
        LOG.log(Level.WARNING, "{0}: not kept why=\"{1}\"", what, String.valueOf(e.getMessage()));
        again(RETRY_PAUSE);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, what + ": failed", e);
        again(RETRY_PAUSE);
      }
    }
  }

  /** Looks again after a while, news or none; in a look only. The last call of a look counts. */
  public void again(Duration after) {
    alarm.cancel();
    alarm = timer.after(after, news::release);
  }

  /** The same after the usual pause. */
  public void again() {
    again(RETRY_PAUSE);
  }

  /** Ends the thread and waits for its end. */
  @Override
  public void close() {
    Threads.end(thread);
  }
}
