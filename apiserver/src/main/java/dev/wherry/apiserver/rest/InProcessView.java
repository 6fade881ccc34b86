package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.cache.WatchEvent;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.machinery.client.CacheFeed;
import dev.wherry.machinery.client.CacheView;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The watch cache for one kind and selection, under one identity. */
final class InProcessView<T extends KubeObject> implements CacheView<T> {
  /** How long a right to watch is taken for granted, as long as a watch over HTTP lasts at most. */
  private static final Duration ADMITTED_FOR = Duration.ofMinutes(30);

  private final WatchCache cache;
  private final Resource resource;
  private final Kind<T> kind;
  private final Selection selection;
  private final Conversions conversions;
  private final Runnable admission;
  private volatile boolean admitted;

  /**
   * @param admission throws when the identity may not list and watch
   */
  InProcessView(
      WatchCache cache,
      Resource resource,
      Kind<T> kind,
      Selection selection,
      Conversions conversions,
      Runnable admission) {
    this.conversions = conversions;
    this.cache = cache;
    this.resource = resource;
    this.kind = kind;
    this.selection = selection;
    this.admission = admission;
  }

  @Override
  public Optional<T> get(String namespace, String name) {
    if (!admitted) {
      return Optional.empty();
    }
    return cache.get(resource, namespace, name).filter(selection::matches).map(this::typed);
  }

  @Override
  public List<T> list() {
    return list(selection);
  }

  @Override
  public List<T> list(String namespace) {
    if (!selection.namespace().isEmpty() && !selection.namespace().equals(namespace)) {
      return List.of();
    }
    return list(new Selection(namespace, selection.labels(), selection.fields()));
  }

  private List<T> list(Selection wanted) {
    if (!admitted) {
      return List.of();
    }
    return cache.list(resource, wanted).objects().stream().map(this::typed).toList();
  }

  /** Shared by all for the version that is stored; made for the caller in any other. */
  private T typed(CachedObject stored) {
    return conversions.view(kind.info(), stored).typed(kind);
  }

  @Override
  public CacheFeed<T> follow() {
    admission.run();
    WatchReader reader =
        new WatchReader(wake -> cache.watchFromNow(resource, selection, true, wake));
    admitted = true;
    return new Feed(reader);
  }

  /** An object as the cache has it; the same version is the same instance there. */
  private record CacheItem<T extends KubeObject>(
      CachedObject cached, Kind<T> kind, Conversions conversions) implements CacheFeed.Item<T> {
    @Override
    public String namespace() {
      return cached.namespace();
    }

    @Override
    public String name() {
      return cached.name();
    }

    @Override
    public T object() {
      return conversions.view(kind.info(), cached).typed(kind);
    }
  }

  private final class Feed implements CacheFeed<T> {
    private final WatchReader reader;
    private long admittedUntilNanos = System.nanoTime() + ADMITTED_FOR.toNanos();

    Feed(WatchReader reader) {
      this.reader = reader;
    }

    @Override
    public List<Event<T>> take(int eventsMax) throws InterruptedException {
      while (true) {
        long left = admittedUntilNanos - System.nanoTime();
        if (left <= 0) {
          admission.run();
          left = ADMITTED_FOR.toNanos();
          admittedUntilNanos = System.nanoTime() + left;
        }
        List<WatchEvent> events = reader.take(eventsMax, left);
        if (!events.isEmpty()) {
          return told(events);
        }
        if (reader.overrun()) {
          return List.of(new Event.Lost<>());
        }
      }
    }

    private List<Event<T>> told(List<WatchEvent> events) {
      List<Event<T>> told = new ArrayList<>(events.size());
      for (WatchEvent event : events) {
        told.add(
            switch (event) {
              case WatchEvent.Changed changed -> {
                CacheItem<T> item = new CacheItem<>(changed.object(), kind, conversions);
                yield changed.type() == WatchEvent.Type.DELETED
                    ? new Event.Gone<>(item)
                    : new Event.Stored<>(item);
              }
              case WatchEvent.Bookmark _ -> new Event.Complete<>();
            });
      }
      return told;
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
