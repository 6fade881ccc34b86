package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.cri.PodStates;
import dev.wherry.machinery.time.Timer;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * Finds pods whose containers changed: by the runtime's events where it has them, else by listing
 * everything, every second while things happen and less often when they do not. Two virtual
 * threads.
 */
public final class PodRelist implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PodRelist.class.getName());

  static final Duration BUSY = Duration.ofSeconds(1);
  static final Duration CALM = Duration.ofSeconds(3);

  /** With events the list is only a safety net. */
  static final Duration WITH_EVENTS = Duration.ofMinutes(5);

  /** How long after a change the short interval stays. */
  private static final Duration CALM_AFTER = Duration.ofSeconds(30);

  private static final Duration EVENTS_RETRY = Duration.ofSeconds(5);

  private final CriRuntime runtime;
  private final PodWorkers workers;
  private final Timer clock;
  private final Thread relist;
  private final Thread events;
  private volatile boolean hasEvents;
  private PodStates before = PodStates.NONE;
  private Instant lastChange;

  public PodRelist(CriRuntime runtime, PodWorkers workers, Timer clock) {
    this.runtime = runtime;
    this.workers = workers;
    this.clock = clock;
    this.lastChange = clock.instant();
    this.relist = Thread.ofVirtual().name("pod-relist").unstarted(this::relist);
    this.events = Thread.ofVirtual().name("pod-events").unstarted(this::listen);
  }

  public void start() {
    relist.start();
    events.start();
  }

  private void relist() {
    try {
      while (true) {
        if (!workers.idle()) {
          look();
        }
        clock.pause(interval());
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
    boolean calm = Duration.between(lastChange, clock.instant()).compareTo(CALM_AFTER) > 0;
    return calm ? CALM : BUSY;
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
  }
}
