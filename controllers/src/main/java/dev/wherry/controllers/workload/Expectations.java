package dev.wherry.controllers.workload;

import dev.wherry.controllers.PodIndex;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.model.kind.KubeObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What an owner's next decision has to wait for: pods it made that the informer has not told yet,
 * and pods it deleted that it still shows. Without it a view that is behind would double or halve
 * the pods (controller_utils ControllerExpectations; by uid, where upstream counts). A monitor.
 */
public final class Expectations {
  /** After this an expectation is given up: its event was lost. */
  public static final Duration PATIENCE = Duration.ofMinutes(5);

  private final InstantSource clock;
  private final Map<String, Waiting> byOwner = new HashMap<>();

  private static final class Waiting {
    private final Set<String> created = new HashSet<>();
    private final Set<String> deleted = new HashSet<>();

    /** Told before the server's answer was read. */
    private final Set<String> early = new HashSet<>();

    private boolean creating;
    private Instant since = Instant.EPOCH;

    boolean isEmpty() {
      return created.isEmpty() && deleted.isEmpty() && !creating;
    }
  }

  public Expectations(InstantSource clock) {
    this.clock = clock;
  }

  /** The owner begins to create; ends with {@link #endCreating}. */
  public synchronized void beginCreating(String owner) {
    Waiting waiting = byOwner.computeIfAbsent(owner, o -> new Waiting());
    waiting.creating = true;
    waiting.since = clock.instant();
  }

  /** The server stored a pod. */
  public synchronized void created(String owner, String uid) {
    Waiting waiting = byOwner.get(owner);
    if (waiting != null && !waiting.early.remove(uid)) {
      waiting.created.add(uid);
    }
  }

  public synchronized void endCreating(String owner) {
    Waiting waiting = byOwner.get(owner);
    if (waiting != null) {
      waiting.creating = false;
      waiting.early.clear();
      drop(owner, waiting);
    }
  }

  /** The owner is about to delete a pod. */
  public synchronized void deleting(String owner, String uid) {
    Waiting waiting = byOwner.computeIfAbsent(owner, o -> new Waiting());
    waiting.deleted.add(uid);
    waiting.since = clock.instant();
  }

  /** The pod was not deleted after all, or was gone. */
  public synchronized void notDeleted(String owner, String uid) {
    Waiting waiting = byOwner.get(owner);
    if (waiting != null) {
      waiting.deleted.remove(uid);
      drop(owner, waiting);
    }
  }

  /** What an informer told of an object that is controlled. */
  public synchronized void observe(Change<? extends KubeObject> change) {
    KubeObject object = change.latest();
    String uid = object.metadata().uid();
    String owner = PodIndex.controllerKey(object).getFirst();
    Waiting waiting = byOwner.get(owner);
    if (waiting == null) {
      return;
    }
    if (!waiting.created.remove(uid) && waiting.creating) {
      waiting.early.add(uid);
    }
    if (change instanceof Change.Removed<?> || object.metadata().deletionTimestamp() != null) {
      waiting.deleted.remove(uid);
    }
    drop(owner, waiting);
  }

  /** Whether the owner may decide: the view shows everything it did, or has had long enough. */
  public synchronized boolean areMet(String owner) {
    Waiting waiting = byOwner.get(owner);
    return waiting == null || !clock.instant().isBefore(waiting.since.plus(PATIENCE));
  }

  /**
   * What a decision ends with: while anything is waited for, the owner is looked at again when
   * patience ends, for an event that was lost makes nobody look.
   */
  public synchronized Outcome orLater(String owner, Outcome decided) {
    Waiting waiting = byOwner.get(owner);
    Duration left =
        waiting == null
            ? Duration.ZERO
            : Duration.between(clock.instant(), waiting.since.plus(PATIENCE));
    if (!left.isPositive()) {
      return decided;
    }
    return switch (decided) {
      case Outcome.Done() -> new Outcome.Again(left);
      case Outcome.Again(Duration after) ->
          new Outcome.Again(after.compareTo(left) < 0 ? after : left);
      case Outcome.Retry retry -> retry;
    };
  }

  /** Uids of pods that are deleted and may still be shown as if they were not. */
  public synchronized Set<String> deleted(String owner) {
    Waiting waiting = byOwner.get(owner);
    return waiting == null ? Set.of() : Set.copyOf(waiting.deleted);
  }

  public synchronized void forget(String owner) {
    byOwner.remove(owner);
  }

  private void drop(String owner, Waiting waiting) {
    if (waiting.isEmpty()) {
      byOwner.remove(owner);
    }
  }
}
