package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.cache.WatchEvent;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.machinery.client.WatchConsumer;
import dev.wherry.machinery.client.WatchHandle;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A watch without HTTP: a virtual thread hands events to the consumer. */
final class InProcessWatch<T extends KubeObject> implements WatchHandle {
  private static final int EVENTS_AT_ONCE_MAX = 64;
  private static final Duration BOOKMARK_EVERY = Duration.ofMinutes(1);

  private final Kind<T> kind;
  private final WatchCache cache;
  private final Conversions conversions;
  private final WatchReader reader;
  private final WatchConsumer<T> consumer;
  private final boolean bookmarks;
  private final long endNanos;
  private final Thread thread;
  private volatile boolean closed;

  private InProcessWatch(
      Kind<T> kind,
      WatchCache cache,
      Conversions conversions,
      WatchReader reader,
      WatchConsumer<T> consumer,
      boolean bookmarks,
      Duration timeout) {
    this.kind = kind;
    this.cache = cache;
    this.conversions = conversions;
    this.reader = reader;
    this.consumer = consumer;
    this.bookmarks = bookmarks;
    this.endNanos = System.nanoTime() + timeout.toNanos();
    this.thread = Thread.ofVirtual().name("watch-" + kind.info().plural()).unstarted(this::run);
  }

  /**
   * @param timeout after which the watch ends in order
   */
  static <T extends KubeObject> WatchHandle start(
      Kind<T> kind,
      WatchCache cache,
      Conversions conversions,
      WatchReader reader,
      WatchConsumer<T> consumer,
      boolean bookmarks,
      Duration timeout) {
    InProcessWatch<T> watch =
        new InProcessWatch<>(kind, cache, conversions, reader, consumer, bookmarks, timeout);
    watch.thread.start();
    return watch;
  }

  private void run() {
    Optional<ApiException> error = Optional.empty();
    try (reader) {
      hand();
    } catch (ApiException e) {
      error = Optional.of(e);
    } catch (InterruptedException e) {
      return;
    }
    if (!closed) {
      consumer.ended(error);
    }
  }

  private void hand() throws InterruptedException {
    long now = System.nanoTime();
    while (!closed && now < endNanos) {
      // Read before the wait: all up to it has been handed over when nothing waits.
      long revision = cache.applied();
      long patience = Math.min(BOOKMARK_EVERY.toNanos(), endNanos - now);
      List<WatchEvent> events = reader.take(EVENTS_AT_ONCE_MAX, patience);
      for (WatchEvent event : events) {
        hand(event);
      }
      if (reader.overrun()) {
        throw new ApiException(Reason.EXPIRED, "the watch fell too far behind: list again");
      }
      if (events.isEmpty() && bookmarks && reader.drained()) {
        consumer.event(
            new dev.wherry.machinery.client.WatchEvent.Bookmark<>(String.valueOf(revision), false));
      }
      now = System.nanoTime();
    }
  }

  private void hand(WatchEvent event) {
    if (closed) {
      return;
    }
    consumer.event(
        switch (event) {
          case WatchEvent.Changed changed -> {
            T object = conversions.view(kind.info(), changed.object()).typed(kind);
            yield switch (changed.type()) {
              case ADDED -> new dev.wherry.machinery.client.WatchEvent.Added<>(object);
              case MODIFIED -> new dev.wherry.machinery.client.WatchEvent.Modified<>(object);
              case DELETED -> new dev.wherry.machinery.client.WatchEvent.Deleted<>(object);
            };
          }
          case WatchEvent.Bookmark(long revision, boolean end) ->
              new dev.wherry.machinery.client.WatchEvent.Bookmark<>(String.valueOf(revision), end);
        });
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
