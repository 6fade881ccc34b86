package dev.wherry.apiserver.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.cache.WatchEvent;
import dev.wherry.apiserver.cache.Watcher;
import dev.wherry.apiserver.customresource.CustomKinds;
import dev.wherry.apiserver.customresource.Definition;
import dev.wherry.apiserver.registry.Deletion;
import dev.wherry.apiserver.registry.Registry;
import dev.wherry.apiserver.registry.WriteRequest;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Brings every definition's status to what it should be, and ends those that are deleted. */
public final class DefinitionController implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DefinitionController.class.getName());
  private static final int EVENTS_AT_ONCE_MAX = 1_000;

  /** Objects with finalizers of their own keep a definition waiting; so often it looks again. */
  private static final long LOOK_AGAIN_MILLIS = 200;

  /** While writes are refused, as by a webhook that is down, it waits longer and longer. */
  private static final long LOOK_AGAIN_MILLIS_MAX = 30_000;

  private final WatchCache cache;
  private final Registry registry;
  private final CustomKinds kinds;
  private final UserInfo user;
  private final InstantSource clock;
  private final ResourceInfo info;
  private final Semaphore signals = new Semaphore(0);
  private final Thread thread;
  // The thread's own.
  private long againMillis = LOOK_AGAIN_MILLIS;
  private boolean refused;
  private volatile boolean closed;

  /** Starts. */
  public DefinitionController(
      WatchCache cache, Registry registry, CustomKinds kinds, UserInfo user, InstantSource clock) {
    this.cache = cache;
    this.registry = registry;
    this.kinds = kinds;
    this.user = user;
    this.clock = clock;
    this.info =
        registry
            .kinds()
            .find(Definition.RESOURCE.group(), "v1", Definition.RESOURCE.name())
            .orElseThrow();
    this.thread = Thread.ofVirtual().name("definitions").start(this::run);
  }

  private void run() {
    while (!closed) {
      try (Watcher watcher =
          cache.watchFromNow(Definition.RESOURCE, Selection.ALL, false, signals::release)) {
        follow(watcher);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void follow(Watcher watcher) throws InterruptedException {
    Set<String> waiting = new LinkedHashSet<>();
    while (!closed && !watcher.overrun()) {
      List<WatchEvent> events = watcher.take(EVENTS_AT_ONCE_MAX);
      for (WatchEvent event : events) {
        if (event instanceof WatchEvent.Changed changed) {
          boolean gone = changed.type() == WatchEvent.Type.DELETED;
          waiting.addAll(gone ? groupOf(changed.object()) : List.of(changed.object().name()));
        }
      }
      if (events.isEmpty() && waiting.isEmpty()) {
        signals.acquire();
      } else if (events.isEmpty()) {
        signals.tryAcquire(againMillis, TimeUnit.MILLISECONDS);
      }
      signals.drainPermits();
      refused = false;
      waiting.removeIf(this::settled);
      againMillis = refused ? Math.min(2 * againMillis, LOOK_AGAIN_MILLIS_MAX) : LOOK_AGAIN_MILLIS;
    }
  }

  /** A name that became free may be what others wait for. */
  private List<String> groupOf(CachedObject gone) {
    String group = gone.tree().path("spec").path("group").asText();
    return all().stream()
        .filter(other -> other.path("spec").path("group").asText().equals(group))
        .map(other -> other.path("metadata").path("name").asText())
        .toList();
  }

  private List<ObjectNode> all() {
    return cache.list(Definition.RESOURCE, Selection.ALL).objects().stream()
        .map(CachedObject::tree)
        .toList();
  }

  /** Whether nothing is left to do for a definition. */
  private boolean settled(String name) {
    try {
      Optional<ObjectNode> current =
          cache.get(Definition.RESOURCE, "", name).map(CachedObject::tree);
      if (current.isEmpty()) {
        return true;
      }
      if (current.get().path("metadata").has("deletionTimestamp")) {
        return end(name, current.get());
      }
      settle(name, current.get());
      return true;
    } catch (ApiException e) {
      LOG.log(Level.WARNING, "definition=" + name + " why=\"" + e.text() + "\"");
      refused |= e.reason() != Reason.CONFLICT;
      return e.reason() == Reason.NOT_FOUND;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "definition=" + name + " failed", e);
      return true;
    }
  }

  private void settle(String name, ObjectNode current) {
    ObjectNode wanted = DefinitionStatus.settle(current, sameGroup(current), clock.instant());
    if (!wanted.path("status").equals(current.path("status"))) {
      write(name, object -> withStatus(object, wanted.path("status")));
    }
  }

  private List<ObjectNode> sameGroup(ObjectNode definition) {
    String name = definition.path("metadata").path("name").asText();
    String group = definition.path("spec").path("group").asText();
    return cache.list(Definition.RESOURCE, Selection.ALL).objects().stream()
        .filter(other -> other.name().endsWith("." + group) && !other.name().equals(name))
        .map(CachedObject::tree)
        .filter(other -> other.path("spec").path("group").asText().equals(group))
        .toList();
  }

  private static ObjectNode withStatus(ObjectNode object, JsonNode status) {
    object.set("status", status.deepCopy());
    return object;
  }

  /** Deletes a definition's objects, then lets the definition go. */
  private boolean end(String name, ObjectNode current) {
    boolean ours = false;
    for (JsonNode finalizer : current.path("metadata").path("finalizers")) {
      ours |= finalizer.asText().equals(DefinitionStatus.FINALIZER);
    }
    if (!ours) {
      return true;
    }
    if (!DefinitionStatus.isTrue(current, "Established")) {
      finish(name, "NeverEstablished", "resource was never established");
      return true;
    }
    Definition definition = kinds.definition(name).orElseThrow();
    Resource resource = new Resource(definition.group(), definition.plural());
    List<CachedObject> objects = cache.list(resource, Selection.ALL).objects();
    if (objects.isEmpty()) {
      finish(name, "InstanceDeletionCompleted", "removed all instances");
      return true;
    }
    mark(name);
    objects.forEach(object -> delete(definition, object));
    return false;
  }

  private void mark(String name) {
    write(
        name,
        object ->
            DefinitionStatus.with(
                object,
                "Terminating",
                true,
                "InstanceDeletionInProgress",
                "CustomResource deletion is in progress",
                clock.instant()));
  }

  private void delete(Definition definition, CachedObject object) {
    ResourceInfo stored = definition.version(definition.storage()).orElseThrow().info();
    ResourceInfo version =
        definition.versions().stream()
            .filter(Definition.Version::served)
            .map(Definition.Version::info)
            .findFirst()
            .orElse(stored);
    WriteRequest request =
        new WriteRequest(user, version, "", object.namespace(), object.name(), false);
    try {
      registry.deletion().delete(request, Deletion.Options.DEFAULT);
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        LOG.log(
            Level.WARNING,
            "definition=" + definition.name() + " object=" + object.key() + " why=" + e.text());
      }
    }
  }

  private void finish(String name, String reason, String message) {
    write(
        name,
        object ->
            DefinitionStatus.with(object, "Terminating", false, reason, message, clock.instant()));
    registry
        .objects()
        .update(new WriteRequest(user, info, "", "", name, false), this::withoutFinalizer);
  }

  private ObjectNode withoutFinalizer(ObjectNode object) {
    ArrayNode kept = Json.array();
    for (JsonNode finalizer : object.path("metadata").path("finalizers")) {
      if (!finalizer.asText().equals(DefinitionStatus.FINALIZER)) {
        kept.add(finalizer);
      }
    }
    object.withObject("/metadata").set("finalizers", kept);
    return object;
  }

  private void write(String name, UnaryOperator<ObjectNode> change) {
    registry.objects().update(new WriteRequest(user, info, "status", "", name, false), change);
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
