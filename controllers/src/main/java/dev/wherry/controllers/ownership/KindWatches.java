package dev.wherry.controllers.ownership;

import dev.wherry.controllers.Parts;
import dev.wherry.controllers.discovery.ApiResources;
import dev.wherry.controllers.ownership.OwnerGraph.Item;
import dev.wherry.machinery.client.MetadataObject;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.model.kind.GroupVersion;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Informers on the metadata of every kind that can be deleted, made and ended as kinds come and go.
 * One virtual thread owns the set; anyone may ask for kinds.
 */
final class KindWatches {
  private static final Logger LOG = System.getLogger(KindWatches.class.getName());
  private static final Duration EVERY = Duration.ofSeconds(30);
  private static final Duration AGAIN = Duration.ofSeconds(1);

  /**
   * The work begins so late at the latest, though a kind has not been seen, as with a server behind
   * the aggregation that does not answer: whoever is not known is asked for before anything goes.
   */
  private static final Duration SYNC_MAX = Duration.ofSeconds(30);

  /** They own nothing, are owned by nobody, and are many. */
  private static final Set<String> IGNORED = Set.of("events", "events.events.k8s.io");

  private final Parts parts;
  private final Consumer<Item> seen;
  private final Consumer<String> gone;
  private final Map<KindInfo, Kind<MetadataObject>> kinds = new ConcurrentHashMap<>();
  private final Map<KindInfo, Informer<MetadataObject>> informers = new ConcurrentHashMap<>();
  private volatile List<KindInfo> known = List.of();
  private Optional<Thread> thread = Optional.empty();

  KindWatches(Parts parts, Consumer<Item> seen, Consumer<String> gone) {
    this.parts = parts;
    this.seen = seen;
    this.gone = gone;
  }

  Kind<MetadataObject> metadataKind(KindInfo info) {
    return kinds.computeIfAbsent(info, MetadataObject::of);
  }

  /** The kind by its names in an owner reference; another version of the group will do. */
  Optional<KindInfo> kind(String apiVersion, String kind) {
    String group = GroupVersion.of(apiVersion).group();
    return known.stream()
        .filter(info -> info.group().equals(group) && info.kind().equals(kind))
        .findFirst();
  }

  /**
   * @param ready called once, when all kinds there are have been seen, or no longer waited for
   */
  void start(Runnable ready) {
    thread = Optional.of(Thread.ofVirtual().name("kind-watches").start(() -> run(ready)));
  }

  private void run(Runnable ready) {
    try {
      while (!refresh()) {
        parts.timer().pause(AGAIN);
      }
      awaitSynced(parts.timer().instant().plus(SYNC_MAX));
      ready.run();
      while (true) {
        parts.timer().pause(EVERY);
        boolean _ = refresh();
      }
    } catch (InterruptedException closed) {
      // The way to end.
    }
  }

  private void awaitSynced(Instant end) throws InterruptedException {
    for (Map.Entry<KindInfo, Informer<MetadataObject>> one : informers.entrySet()) {
      Duration left = Duration.between(parts.timer().instant(), end);
      if (!one.getValue().awaitSynced(left.isNegative() ? Duration.ZERO : left)) {
        LOG.log(Level.WARNING, "kind not seen yet kind={0}", one.getKey());
      }
    }
  }

  /** Whether the server told of its kinds. */
  private boolean refresh() {
    ApiResources all;
    try {
      all = ApiResources.discover(parts.client());
    } catch (ApiException e) {
      LOG.log(Level.WARNING, "kinds not discovered why={0}", e.text());
      return false;
    }
    known = all.resources().stream().map(ApiResources.Resource::info).toList();
    Set<KindInfo> wanted = new HashSet<>();
    for (ApiResources.Resource resource : all.resources()) {
      if (resource.verbs().containsAll(Set.of("delete", "list", "watch"))
          && !IGNORED.contains(resource.info().resource())) {
        wanted.add(resource.info());
      }
    }
    if (all.failures().isEmpty()) {
      informers.keySet().stream().filter(k -> !wanted.contains(k)).toList().forEach(this::end);
    }
    wanted.stream().filter(k -> !informers.containsKey(k)).forEach(this::begin);
    return true;
  }

  private void begin(KindInfo info) {
    Informer<MetadataObject> informer =
        new Informer<>(parts.client(), metadataKind(info), Scope.ALL, parts.timer());
    informers.put(info, informer.onChange(change -> tell(info, change)).start());
  }

  private void end(KindInfo info) {
    Informer<MetadataObject> informer = informers.remove(info);
    if (informer != null) {
      informer.close();
      informer.list().forEach(object -> gone.accept(object.metadata().uid()));
    }
  }

  private void tell(KindInfo info, Change<MetadataObject> change) {
    if (change instanceof Change.Removed<MetadataObject>(MetadataObject last)) {
      gone.accept(last.metadata().uid());
    } else {
      seen.accept(new Item(info, change.latest().metadata()));
    }
  }

  void close() {
    thread.ifPresent(Thread::interrupt);
    informers.values().forEach(Informer::close);
  }
}
