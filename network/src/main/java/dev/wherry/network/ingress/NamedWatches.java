package dev.wherry.network.ingress;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** One watch for each object of a kind that matters: a node may read no others. One thread. */
final class NamedWatches<T extends KubeObject> implements AutoCloseable {
  /** Objects watched; later ones are not read. */
  static final int WATCHES_MAX = 2_000;

  private final ApiClient api;
  private final Kind<T> kind;
  private final Timer timer;
  private final BiConsumer<ObjectKey, Change<T>> changed;
  private final Map<ObjectKey, Informer<T>> watches = new HashMap<>();

  NamedWatches(ApiClient api, Kind<T> kind, Timer timer, BiConsumer<ObjectKey, Change<T>> changed) {
    this.api = api;
    this.kind = kind;
    this.timer = timer;
    this.changed = changed;
  }

  /**
   * Follows these and no others.
   *
   * @return those that are followed no longer
   */
  Set<ObjectKey> follow(Set<ObjectKey> wanted) {
    Set<ObjectKey> left = new HashSet<>(watches.keySet());
    left.removeAll(wanted);
    for (ObjectKey key : left) {
      Informer<T> watch = watches.remove(key);
      if (watch != null) {
        watch.close();
      }
    }
    for (ObjectKey key : wanted) {
      if (!watches.containsKey(key) && watches.size() < WATCHES_MAX) {
        Scope scope = new Scope(key.namespace(), "", "metadata.name=" + key.name());
        watches.put(
            key,
            new Informer<>(api, kind, scope, timer)
                .onChange(change -> changed.accept(key, change))
                .start());
      }
    }
    return left;
  }

  Set<ObjectKey> followed() {
    return watches.keySet();
  }

  /** Whether it was looked for and is not there. */
  boolean isMissing(ObjectKey key) {
    Informer<T> watch = watches.get(key);
    return watch != null && watch.hasSynced() && watch.list().isEmpty();
  }

  /** Whether these are followed already, and all that are were looked for. */
  boolean knows(Set<ObjectKey> wanted) {
    return watches.keySet().containsAll(wanted)
        && watches.values().stream().allMatch(Informer::hasSynced);
  }

  /** Waits until those that are followed were read. */
  void awaitRead(Duration atMost) throws InterruptedException {
    for (Informer<T> watch : watches.values()) {
      if (!watch.awaitSynced(atMost)) {
        return;
      }
    }
  }

  @Override
  public void close() {
    watches.values().forEach(Informer::close);
    watches.clear();
  }
}
