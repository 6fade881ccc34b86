package dev.wherry.apiserver.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger.Level;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/**
 * One virtual thread that looks once at its start and again whenever something has changed; changes
 * that come while it looks are one more look.
 */
public final class Upkeep implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Upkeep.class.getName());

  private final String name;
  private final Semaphore signals = new Semaphore(1);
  private final Thread thread;

  private Upkeep(String name, Runnable look) {
    this.name = name;
    this.thread = Thread.ofVirtual().name(name).unstarted(() -> run(look));
  }

  /** Not begun yet: what it looks at may be asked for signals first. */
  public static Upkeep of(String name, Runnable look) {
    return new Upkeep(name, look);
  }

  /** Begins to look. */
  public Upkeep start() {
    thread.start();
    return this;
  }

  /** Something has changed; any thread. */
  public void signal() {
    signals.release();
  }

  /** Signals when an object comes or changes that is of concern, and when any goes. */
  public ObjectListener listener(Predicate<ObjectNode> concern) {
    return new ObjectListener() {
      @Override
      public void stored(ObjectNode object) {
        if (concern.test(object)) {
          signal();
        }
      }

      @Override
      public void removed(String namespace, String gone) {
        signal();
      }
    };
  }

  /**
   * Does a part of a look; a refused write is no loss, for what changed meanwhile signals again.
   */
  public void attempt(String what, Runnable action) {
    try {
      action.run();
    } catch (ApiException e) {
      LOG.log(Level.DEBUG, "upkeep={0} of={1} why=\"{2}\"", name, what, e.text());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "upkeep=" + name + " of=" + what + " failed", e);
    }
  }

  private void run(Runnable look) {
    try {
      while (true) {
        signals.acquire();
        signals.drainPermits();
        look.run();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
