package dev.wherry.machinery.informer;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One informer per kind, shared by all who ask for it. Filled on the thread that composes the
 * program: ask for informers, add indexes and handlers, then start.
 */
public final class Informers implements AutoCloseable {
  /** Makes the informer of a kind. */
  interface Maker {
    <T extends KubeObject> Informer<T> make(Kind<T> kind);
  }

  private final Maker maker;
  private final Map<Kind<?>, Informer<?>> informers = new LinkedHashMap<>();

  public Informers(ApiClient client, Timer timer) {
    this(
        new Maker() {
          @Override
          public <T extends KubeObject> Informer<T> make(Kind<T> kind) {
            return new Informer<>(client, kind, Scope.ALL, timer);
          }
        });
  }

  Informers(Maker maker) {
    this.maker = maker;
  }

  /** The informer of all objects of a kind. */
  @SuppressWarnings("unchecked") // Filed under its own kind.
  public <T extends KubeObject> Informer<T> of(Kind<T> kind) {
    return (Informer<T>) informers.computeIfAbsent(kind, k -> maker.make(kind));
  }

  public void start() {
    informers.values().forEach(Informer::start);
  }

  /**
   * @return false when the time was too short for one of them
   */
  public boolean awaitSynced(Duration each) throws InterruptedException {
    for (Informer<?> informer : informers.values()) {
      if (!informer.awaitSynced(each)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    informers.values().forEach(Informer::close);
  }
}
