package dev.wherry.controllers.workload;

import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.informer.View;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Applier;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * Versions of objects that an owner wrote and its view does not show yet: decided before it does,
 * the next step would count on what the last one undid. Revisions are compared as numbers
 * (KEP-5504). A monitor.
 */
public final class OwnWrites {
  /** After this a version is no longer waited for: its event was lost. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  private record Write(String owner, long revision, Instant at) {}

  private final InstantSource clock;
  private final Map<String, Write> byUid = new HashMap<>();
  private final Map<String, Integer> perOwner = new HashMap<>();

  public OwnWrites(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * The server stored this for the owner.
   *
   * @param view of the owner: it may show the object already
   */
  public <T extends KubeObject> void stored(String owner, T object, View<T> view) {
    put(owner, object);
    view.get(ObjectKey.of(object))
        .filter(seen -> revision(seen) >= revision(object))
        .ifPresent(seen -> observe(new Change.Added<>(seen)));
  }

  /** Writes an object's status and waits for it in the object's own view. */
  public <T extends KubeObject> void updateStatus(
      Applier applier, Kind<T> kind, T object, View<T> view) {
    applier.apply(
        Plan.of(new Action.UpdateStatus<>(kind, object)),
        stored -> stored(object.metadata().uid(), kind.type().cast(stored), view));
  }

  private synchronized void put(String owner, KubeObject object) {
    String uid = object.metadata().uid();
    drop(uid);
    byUid.put(uid, new Write(owner, revision(object), clock.instant()));
    perOwner.merge(owner, 1, Integer::sum);
  }

  /** What an informer told. */
  public synchronized void observe(Change<? extends KubeObject> change) {
    String uid = change.latest().metadata().uid();
    Write write = byUid.get(uid);
    if (write != null
        && (change instanceof Change.Removed<?> || revision(change.latest()) >= write.revision())) {
      drop(uid);
    }
  }

  /** Whether the view shows all that the owner wrote, or has had long enough to. */
  public synchronized boolean areSeen(String owner) {
    if (!perOwner.containsKey(owner)) {
      return true;
    }
    Instant old = clock.instant().minus(PATIENCE);
    return byUid.values().stream().noneMatch(w -> w.owner().equals(owner) && w.at().isAfter(old));
  }

  private void drop(String uid) {
    Write before = byUid.remove(uid);
    if (before != null) {
      perOwner.computeIfPresent(before.owner(), (o, n) -> n == 1 ? null : n - 1);
    }
  }

  private static long revision(KubeObject object) {
    try {
      return Long.parseLong(object.metadata().resourceVersion());
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
