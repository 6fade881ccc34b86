package dev.wherry.apiserver.customresource;

import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.ResourceCache;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.cache.WatchEvent;
import dev.wherry.apiserver.cache.Watcher;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger.Level;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** The kinds that definitions make, as the watch cache has them now. */
public final class CustomKinds implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CustomKinds.class.getName());
  private static final int EVENTS_AT_ONCE_MAX = 1_000;

  private final WatchCache cache;
  private final ConcurrentHashMap<String, SoftReference<CompiledVersion>> compiled =
      new ConcurrentHashMap<>();
  private final Semaphore signals = new Semaphore(0);
  private final Thread thread;
  // Only the thread changes this, after the constructor.
  private final Map<String, Definition> definitions = new LinkedHashMap<>();
  private volatile Snapshot snapshot = Snapshot.of(Map.of(), 0);
  private volatile boolean closed;
  private volatile Runnable listener = () -> {};

  /**
   * What is known at one moment.
   *
   * @param byPath versions that are served, by {@code group/version/plural}
   * @param byName definitions by their name, {@code plural.group}
   */
  private record Snapshot(
      Map<String, Served> byPath,
      Map<String, Definition> byName,
      Set<String> groups,
      List<ResourceInfo> resources,
      long generation) {
    static Snapshot of(Map<String, Definition> definitions, long generation) {
      Map<String, Served> byPath = HashMap.newHashMap(definitions.size());
      Set<String> groups = new HashSet<>();
      List<ResourceInfo> resources = new ArrayList<>(definitions.size());
      for (Definition definition : definitions.values()) {
        if (!definition.established()) {
          continue;
        }
        for (Definition.Version version : definition.versions()) {
          if (version.served()) {
            byPath.put(path(version.info().kind()), new Served(definition, version));
            groups.add(definition.group());
            resources.add(version.info());
          }
        }
      }
      return new Snapshot(
          Map.copyOf(byPath),
          Map.copyOf(definitions),
          Set.copyOf(groups),
          List.copyOf(resources),
          generation);
    }
  }

  /** A version and the definition that it is of. */
  public record Served(Definition definition, Definition.Version version) {}

  /** Reads what there is and follows what comes; the cache must be filled. */
  public CustomKinds(WatchCache cache) {
    this.cache = cache;
    ResourceCache.Listing listing = cache.list(Definition.RESOURCE, Selection.ALL);
    listing.objects().forEach(this::put);
    publish();
    this.thread = Thread.ofVirtual().name("custom-kinds").start(() -> run(listing.revision()));
  }

  private static String path(KindInfo kind) {
    return kind.group() + "/" + kind.version() + "/" + kind.plural();
  }

  /** The resource that answers at a path. */
  public Optional<ResourceInfo> find(String group, String version, String plural) {
    return Optional.ofNullable(snapshot.byPath().get(group + "/" + version + "/" + plural))
        .map(served -> served.version().info());
  }

  /** The version of a kind and its definition, while it is served. */
  public Optional<Served> served(KindInfo kind) {
    Snapshot now = snapshot;
    if (!now.groups().contains(kind.group())) {
      return Optional.empty();
    }
    return Optional.ofNullable(snapshot.byPath().get(path(kind)));
  }

  /** All versions by which the objects of a kind are served. */
  public List<KindInfo> versions(KindInfo kind) {
    return served(kind)
        .map(served ->
            served.definition().versions().stream()
                .filter(Definition.Version::served)
                .map(version -> version.info().kind())
                .toList())
        .orElse(List.of());
  }

  /** A definition by its name, {@code plural.group}, established or not. */
  public Optional<Definition> definition(String name) {
    return Optional.ofNullable(snapshot.byName().get(name));
  }

  public List<Definition> all() {
    return List.copyOf(snapshot.byName().values());
  }

  /** All resources that are served, in the order in which their definitions came. */
  public List<ResourceInfo> resources() {
    return snapshot.resources();
  }

  /** Changes with {@link #resources}. */
  public long generation() {
    return snapshot.generation();
  }

  /** What a served version says, compiled when it is first asked for. */
  public Optional<CompiledVersion> compiled(KindInfo kind) {
    return served(kind).map(served -> compiled(served.definition(), kind.version()));
  }

  /** What any version of a definition says. */
  public CompiledVersion compiled(Definition definition, String version) {
    String key = definition.name() + "@" + definition.object().revision() + "/" + version;
    SoftReference<CompiledVersion> reference = compiled.get(key);
    CompiledVersion known = reference == null ? null : reference.get();
    if (known == null) {
      known = CompiledVersion.of(definition, version);
      compiled.put(key, new SoftReference<>(known));
    }
    return known;
  }

  private void put(CachedObject object) {
    try {
      Definition read = Definition.of(object);
      Definition before = definitions.get(object.name());
      boolean same = before != null && before.identity().equals(read.identity());
      definitions.put(object.name(), before != null && same ? read.since(before.since()) : read);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "definition=" + object.name() + " unreadable", e);
    }
  }

  private void publish() {
    snapshot = Snapshot.of(definitions, snapshot.generation() + 1);
    listener.run();
  }

  /**
   * Tells of every change to {@link #all}, from the thread that found it; there is one listener.
   */
  public void whenChanged(Runnable told) {
    listener = told;
  }

  private void run(long from) {
    long revision = from;
    while (!closed) {
      try (Watcher watcher =
          cache.watchAfter(Definition.RESOURCE, Selection.ALL, revision, signals::release)) {
        follow(watcher);
      } catch (InterruptedException e) {
        return;
      } catch (ApiException forgotten) {
        LOG.log(Level.INFO, "definitions are read anew why=\"" + forgotten.text() + "\"");
      }
      // The watch was overrun: begin anew from what there is.
      ResourceCache.Listing listing = cache.list(Definition.RESOURCE, Selection.ALL);
      definitions.clear();
      listing.objects().forEach(this::put);
      publish();
      revision = listing.revision();
    }
  }

  private void follow(Watcher watcher) throws InterruptedException {
    while (!closed && !watcher.overrun()) {
      List<WatchEvent> events = watcher.take(EVENTS_AT_ONCE_MAX);
      if (events.isEmpty()) {
        signals.acquire();
        signals.drainPermits();
        continue;
      }
      for (WatchEvent event : events) {
        if (event instanceof WatchEvent.Changed changed) {
          apply(changed);
        }
      }
      publish();
    }
  }

  private void apply(WatchEvent.Changed changed) {
    String name = changed.object().name();
    compiled.keySet().removeIf(key -> key.startsWith(name + "@"));
    if (changed.type() == WatchEvent.Type.DELETED) {
      definitions.remove(name);
    } else {
      put(changed.object());
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
