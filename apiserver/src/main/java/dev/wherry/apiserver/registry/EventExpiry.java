package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.store.Store;
import dev.wherry.store.StoreException;
import dev.wherry.store.Txn;
import dev.wherry.store.Txn.Durability;
import dev.wherry.store.TxnResult;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Deletes events a time after their last write (kube-apiserver {@code --event-ttl}; there by leases
 * of etcd). Which revision was the newest at a look tells later what is old enough, whatever events
 * say of themselves; those from before a start go by what they say, or that time after it. Owns one
 * virtual thread.
 */
public final class EventExpiry implements AutoCloseable {
  static final Duration LOOK_MAX = Duration.ofMinutes(1);
  private static final Duration LOOK_MIN = Duration.ofSeconds(1);

  /** Looks that are remembered for the whole time: an event goes a sixtieth of it late. */
  private static final int NOTES = 60;

  /** Deletions on their way at once. */
  private static final int BATCH_EVENTS = 256;

  private static final Resource EVENTS = new Resource("", "events");
  private static final System.Logger LOG = System.getLogger(EventExpiry.class.getName());

  private final Store store;
  private final WatchCache cache;
  private final Duration kept;
  private final InstantSource clock;
  private final ArrayDeque<Note> notes = new ArrayDeque<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** The newest revision at a time. */
  private record Note(Instant at, long revision) {}

  private EventExpiry(Store store, WatchCache cache, Duration kept, InstantSource clock) {
    this.store = store;
    this.cache = cache;
    this.kept = kept;
    this.clock = clock;
  }

  /** Not begun yet. */
  static EventExpiry of(Store store, WatchCache cache, Duration kept, InstantSource clock) {
    return new EventExpiry(store, cache, kept, clock);
  }

  /**
   * Begins to look.
   *
   * @param kept zero for ever
   */
  public static EventExpiry start(
      Store store, WatchCache cache, Duration kept, InstantSource clock) {
    EventExpiry expiry = of(store, cache, kept, clock);
    if (kept.isPositive()) {
      Thread.ofVirtual().name("event-expiry").start(expiry::loop);
    }
    return expiry;
  }

  private void loop() {
    Duration part = kept.dividedBy(NOTES);
    Duration every =
        part.compareTo(LOOK_MAX) > 0 ? LOOK_MAX : part.compareTo(LOOK_MIN) < 0 ? LOOK_MIN : part;
    try {
      while (!closed.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
        lookAndTell();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What fails now, a full disk for instance, may work at the next look. */
  private void lookAndTell() {
    try {
      look();
    } catch (StoreException | CompletionException e) {
      LOG.log(Level.WARNING, "events not expired: reason={0}", e.getMessage());
    }
  }

  /** One look; for the thread that owns this. */
  void look() {
    Instant now = clock.instant();
    Instant oldest = now.minus(kept);
    boolean first = notes.isEmpty();
    if (first || !notes.getLast().at().plus(kept.dividedBy(NOTES)).isAfter(now)) {
      notes.addLast(new Note(now, cache.applied()));
    }
    if (first) {
      delete(event -> !written(event.tree()).isAfter(oldest));
      return;
    }
    long old = 0;
    while (!notes.isEmpty() && !notes.getFirst().at().isAfter(oldest)) {
      old = notes.removeFirst().revision();
    }
    if (old > 0) {
      long revision = old;
      delete(event -> event.revision() <= revision);
    }
  }

  /** The latest time that an event bears. */
  private static Instant written(ObjectNode event) {
    List<JsonNode> times = new ArrayList<>();
    times.add(event.at("/metadata/creationTimestamp"));
    event.at("/metadata/managedFields").forEach(owner -> times.add(owner.path("time")));
    times.add(event.path("lastTimestamp"));
    times.add(event.at("/series/lastObservedTime"));
    Instant latest = Instant.MIN;
    for (JsonNode time : times) {
      Instant one = time(time.asText(""));
      latest = one.isAfter(latest) ? one : latest;
    }
    return latest;
  }

  private static Instant time(String text) {
    try {
      return text.isEmpty() ? Instant.MIN : Instant.parse(text);
    } catch (DateTimeParseException e) {
      return Instant.MIN;
    }
  }

  /** One that is written again meanwhile stays. */
  private void delete(Predicate<CachedObject> expired) {
    List<CompletableFuture<TxnResult>> batch = new ArrayList<>();
    for (CachedObject event : cache.list(EVENTS, Selection.ALL).objects()) {
      if (expired.test(event)) {
        String key = StoreKeys.key(EVENTS, event.namespace(), event.name());
        batch.add(store.txnAsync(Txn.delete(key, event.revision(), Durability.CHEAP)));
      }
      if (batch.size() == BATCH_EVENTS) {
        batch.forEach(CompletableFuture::join);
        batch.clear();
      }
    }
    batch.forEach(CompletableFuture::join);
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
