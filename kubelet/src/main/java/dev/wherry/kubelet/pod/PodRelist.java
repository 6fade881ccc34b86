package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.cri.PodStates;
import dev.wherry.machinery.time.Bell;
import dev.wherry.machinery.time.Timer;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * Finds pods whose containers changed: by the runtime's events where it has them, else by
 * containerd's news of what ended and a look at everything then, else by looking every second while
 * things happen and less often when they do not. Three virtual threads.
 */
public final class PodRelist implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PodRelist.class.getName());

  static final Duration BUSY = Duration.ofSeconds(1);
  static final Duration CALM = Duration.ofSeconds(3);

  /** With events the list is only a safety net. */
  static final Duration WITH_EVENTS = Duration.ofMinutes(5);

  /** How long after a change the short interval stays. */
  private static final Duration CALM_AFTER = Duration.ofSeconds(30);

  /** How long after the news of an end one looks every second: CRI tells it a little later. */
  private static final Duration SETTLED_AFTER = Duration.ofSeconds(5);

  /**
   * A stream that was not refused for so long is one: nothing is said on it until something ends.
   */
  private static final Duration STREAM_STANDS_AFTER = Duration.ofSeconds(5);

  private static final Duration EVENTS_RETRY = Duration.ofSeconds(5);

  private final CriRuntime runtime;
  private final PodWorkers workers;
  private final Timer clock;
  private final Thread relist;
  private final Thread events;
  private final Thread exits;
  private final Bell bell;
  private volatile boolean hasEvents;
  private volatile Instant exitsSince = Instant.MAX;
  private volatile Instant lastChange;
  private PodStates before = PodStates.NONE;

  public PodRelist(CriRuntime runtime, PodWorkers workers, Timer clock) {
    this.runtime = runtime;
    this.workers = workers;
    this.clock = clock;
    this.bell = new Bell(clock);
    this.lastChange = clock.instant();
    this.relist = Thread.ofVirtual().name("pod-relist").unstarted(this::relist);
    this.events = Thread.ofVirtual().name("pod-events").unstarted(this::listen);
    this.exits = Thread.ofVirtual().name("pod-exits").unstarted(this::listenForExits);
  }

  public void start() {
    relist.start();
    events.start();
    exits.start();
  }

  private void relist() {
    try {
      while (true) {
        if (!workers.idle()) {
          look();
        }
        bell.rest(interval());
      }
    } catch (InterruptedException _) {
      LOG.log(Level.DEBUG, "relist ended");
    }
  }

  private void look() throws InterruptedException {
    try {
      PodStates now = runtime.lists().states();
      Set<String> changed = now.changedSince(before);
      before = now;
      if (!changed.isEmpty()) {
        lastChange = clock.instant();
        workers.wake(changed);
      }
    } catch (CriException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LOG.log(Level.WARNING, "runtime does not list its pods: {0}", e.text());
    }
  }

  private Duration interval() {
    if (hasEvents) {
      return WITH_EVENTS;
    }
    Instant now = clock.instant();
    Duration quiet = Duration.between(lastChange, now);
    if (exitsSince.isBefore(now.minus(STREAM_STANDS_AFTER))) {
      return quiet.compareTo(SETTLED_AFTER) > 0 ? WITH_EVENTS : BUSY;
    }
    return quiet.compareTo(CALM_AFTER) > 0 ? CALM : BUSY;
  }

  private void listenForExits() {
    try {
      while (true) {
        try {
          exitsSince = clock.instant();
          runtime.exits(id -> {
            lastChange = clock.instant();
            bell.ring();
          });
        } catch (CriException e) {
          exitsSince = Instant.MAX;
          if (e.unimplemented() || Thread.interrupted()) {
            return;
          }
          LOG.log(Level.DEBUG, "containerd's events broke off: {0}", e.text());
        }
        exitsSince = Instant.MAX;
        bell.ring();
        clock.pause(EVENTS_RETRY);
      }
    } catch (InterruptedException _) {
      LOG.log(Level.DEBUG, "exits ended");
    }
  }

  private void listen() {
    try {
      while (true) {
        try {
          runtime.events(event -> {
            if (!hasEvents) {
              hasEvents = true;
            }
            String uid = event.getPodSandboxStatus().getMetadata().getUid();
            workers.wake(uid.isEmpty() ? workers.uids() : Set.of(uid));
          });
        } catch (CriException e) {
          if (e.unimplemented()) {
            return;
          }
          if (Thread.interrupted()) {
            return;
          }
          LOG.log(Level.DEBUG, "runtime events broke off: {0}", e.text());
        }
        hasEvents = false;
        clock.pause(EVENTS_RETRY);
        workers.wake(workers.uids());
      }
    } catch (InterruptedException _) {
      LOG.log(Level.DEBUG, "events ended");
    }
  }

  @Override
  public void close() {
    relist.interrupt();
    events.interrupt();
    exits.interrupt();
  }
}
