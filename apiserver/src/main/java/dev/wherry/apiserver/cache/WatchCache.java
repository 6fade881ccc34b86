package dev.wherry.apiserver.cache;

import dev.wherry.apiserver.secrets.DecryptionException;
import dev.wherry.apiserver.secrets.ValueTransformer;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.store.Entry;
import dev.wherry.store.Event;
import dev.wherry.store.Page;
import dev.wherry.store.Store;
import dev.wherry.store.Subscription;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import dev.wherry.store.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** All resources' caches, filled by one subscription of the store. */
public final class WatchCache implements AutoCloseable {
  /** Store events that may wait for the cache; it falls behind only when the machine stalls. */
  private static final int STORE_BACKLOG_MAX = 1_000_000;

  /** Objects and the mark lie in one range. */
  private static final String MARK = "/registry!/cache/started";

  private static final String FROM = "/registry!";
  private static final String TO = StoreKeys.END;
  private static final Duration FILLED_WITHIN = Duration.ofMinutes(2);

  private static final System.Logger LOG = System.getLogger(WatchCache.class.getName());

  private final Store store;
  private final ValueTransformer transformer;
  private final ConcurrentHashMap<Resource, ResourceCache> resources = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition advanced = lock.newCondition();
  private final RevisionAges ages;
  private volatile long applied;
  private volatile long historySince;
  private @Nullable Subscription subscription;

  public WatchCache(Store store, ValueTransformer transformer) {
    this(store, transformer, System::nanoTime);
  }

  WatchCache(Store store, ValueTransformer transformer, LongSupplier nanoClock) {
    this.store = store;
    this.transformer = transformer;
    this.ages = new RevisionAges(nanoClock);
  }

  /**
   * Fills the cache, with its history to the horizon. A mark written now shows in the stream of
   * events when everything from before has passed.
   *
   * @throws IllegalStateException when that does not come about in time
   */
  public void start() {
    historySince = store.compactedRevision();
    Page all = store.range(StoreKeys.PREFIX, StoreKeys.END, 0, 0);
    for (Entry entry : all.entries()) {
      CachedObject object = object(entry);
      resource(StoreKeys.parse(entry.key()).resource()).load(object);
    }
    applied = all.revision();
    subscription =
        store.watch(FROM, TO, historySince, STORE_BACKLOG_MAX, new Filler(all.revision()));
    long mark = mark();
    try {
      await(mark, FILLED_WITHIN);
    } catch (ApiException late) {
      throw new IllegalStateException(
          "the cache was not filled within " + FILLED_WITHIN.toSeconds() + " s", late);
    }
  }

  private long mark() {
    byte[] value = {'1'};
    long at = store.get(MARK).map(Entry::modRevision).orElse(0L);
    return switch (store.txn(Txn.put(MARK, value, at, Txn.Durability.CHEAP))) {
      case TxnResult.Committed(long revision) -> revision;
      case TxnResult.Conflict _ -> throw new IllegalStateException("another server starts here");
    };
  }

  public ResourceCache resource(Resource resource) {
    return resources.computeIfAbsent(resource, r -> new ResourceCache(historySince));
  }

  /** Every resource that has been seen or asked for. */
  public Map<Resource, ResourceCache> all() {
    return Map.copyOf(resources);
  }

  /** The revision up to which everything is visible here. */
  public long applied() {
    return applied;
  }

  /**
   * Waits until a revision is visible.
   *
   * @throws ApiException 504 when it is not within the time
   */
  public void await(long revision, Duration timeout) {
    if (applied >= revision) {
      return;
    }
    long nanos = timeout.toNanos();
    lock.lock();
    try {
      while (applied < revision) {
        if (nanos <= 0) {
          throw tooLarge(revision);
        }
        nanos = advanced.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw tooLarge(revision);
    } finally {
      lock.unlock();
    }
  }

  private ApiException tooLarge(long revision) {
    var cause = new ApiException.Cause("ResourceVersionTooLarge", "Too large resource version", "");
    return new ApiException(
        Reason.TIMEOUT,
        "Timeout: Too large resource version: " + revision + ", current: " + applied,
        new ApiException.Details("", "", "", "", 1, List.of(cause)));
  }

  /** One object; the newest visible version. */
  public Optional<CachedObject> get(Resource resource, String namespace, String name) {
    return resource(resource).get(StoreKeys.cacheKey(namespace, name));
  }

  public ResourceCache.Listing list(Resource resource, Selection selection) {
    return list(resource, selection, "");
  }

  /**
   * What comes behind a key.
   *
   * @param after {@link CachedObject#key} of an object that need not be there; "" for all
   */
  public ResourceCache.Listing list(Resource resource, Selection selection, String after) {
    return resource(resource).list(selection, after, this::applied);
  }

  /** A list as of an earlier revision; empty when the cache does not reach back so far. */
  public Optional<ResourceCache.Listing> listAt(
      Resource resource, Selection selection, String after, long revision) {
    return revision > applied
        ? Optional.empty()
        : resource(resource).listAt(selection, after, revision);
  }

  /** A watch of changes after a revision. */
  public Watcher watchAfter(Resource resource, Selection selection, long revision, Runnable wake) {
    return resource(resource).watchAfter(selection, revision, wake);
  }

  /** A watch that begins with what there is. */
  public Watcher watchFromNow(
      Resource resource, Selection selection, boolean bookmark, Runnable wake) {
    return resource(resource).watchFromNow(selection, bookmark, this::applied, wake);
  }

  /** The served form of what the store has. */
  public CachedObject object(Entry entry) {
    return served(entry, entry.modRevision());
  }

  private CachedObject lastVersion(Event deletion) {
    return served(deletion.previous().orElseThrow(), deletion.revision());
  }

  private CachedObject served(Entry entry, long revision) {
    StoreKeys.Parsed key = StoreKeys.parse(entry.key());
    byte[] stored = transformer.fromStored(entry.key(), entry.value());
    return new CachedObject(
        key.cacheKey(),
        key.namespace(),
        key.name(),
        revision,
        ObjectBytes.served(stored, revision));
  }

  @Override
  public void close() {
    if (subscription != null) {
      subscription.close();
    }
  }

  /** Applies the store's events; those from before the first listing go into the history only. */
  private final class Filler implements WatchListener {
    private final long loaded;

    Filler(long loaded) {
      this.loaded = loaded;
    }

    @Override
    public void events(List<Event> events) {
      for (Event event : events) {
        if (event.entry().key().equals(MARK)) {
          continue;
        }
        StoreKeys.Parsed key = StoreKeys.parse(event.entry().key());
        ResourceCache cache = resource(key.resource());
        if (event.revision() <= loaded) {
          remember(event, cache);
        } else {
          change(event, cache.get(key.cacheKey())).ifPresent(cache::apply);
        }
      }
      long newest = events.getLast().revision();
      ages.passed(newest).ifPresent(old -> resources.values().forEach(each -> each.age(old)));
      advanceTo(newest);
    }

    /** What nobody has a key for any more is no history: watches from before it begin anew. */
    private void remember(Event event, ResourceCache cache) {
      try {
        change(event, Optional.empty()).ifPresent(cache::remember);
      } catch (DecryptionException e) {
        cache.forget(event.revision());
      }
    }

    private Optional<Change> change(Event event, Optional<CachedObject> cached) {
      boolean deletion = event.type() == Event.Type.DELETE;
      if (deletion && event.previous().isEmpty()) {
        return Optional.empty();
      }
      CachedObject object = deletion ? lastVersion(event) : object(event.entry());
      Optional<CachedObject> previous =
          cached.isPresent() ? cached : event.previous().map(WatchCache.this::object);
      return Optional.of(new Change(deletion, event.revision(), object, previous));
    }

    private void advanceTo(long revision) {
      lock.lock();
      try {
        applied = Math.max(applied, revision);
        advanced.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void ended(End reason) {
      if (reason == End.OVERRUN) {
        LOG.log(System.Logger.Level.ERROR, "cache=ended why=\"fell behind the store\"");
      }
    }
  }
}
