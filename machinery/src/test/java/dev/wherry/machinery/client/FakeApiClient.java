package dev.wherry.machinery.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.patch.JsonPatch;
import dev.wherry.model.patch.MergePatch;
import dev.wherry.model.patch.MergeRules;
import dev.wherry.model.patch.PatchException;
import dev.wherry.model.patch.StrategicMergePatch;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An API server in memory with the semantics that clients rely on: revisions, conflicts, uids,
 * generations, selectors, watches with history, finalizers and graceful pod deletion. No
 * validation, no defaults.
 */
public final class FakeApiClient implements ApiClient {
  /** A request, for assertions and injected failures. */
  public record Call(String verb, String resource, String namespace, String name) {}

  /**
   * A change that was stored.
   *
   * @param before null at creation
   * @param after null at the end
   */
  public record Stored(
      dev.wherry.model.kind.KindInfo kind,
      @Nullable ObjectNode before,
      @Nullable ObjectNode after) {}

  private record Fault(Predicate<Call> when, ApiException failure) {}

  private final FakeStore store;
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final List<Fault> faults = new CopyOnWriteArrayList<>();
  private final Map<String, JsonNode> rawAnswers = new ConcurrentHashMap<>();
  private final Map<String, JsonNode> subresourceBodies = new HashMap<>();
  private final Map<String, UnaryOperator<ObjectNode>> createEdits = new ConcurrentHashMap<>();
  private volatile boolean watchListKnown = true;

  public FakeApiClient(InstantSource clock) {
    this.store = new FakeStore(clock);
  }

  /** Everything that was asked, in order; watches included. */
  public List<Call> calls() {
    return List.copyOf(calls);
  }

  /** Hears of every change, on the writer's thread. */
  public void onStored(java.util.function.Consumer<Stored> listener) {
    store.listen(listener);
  }

  /** All objects of a kind as they are, without a trace in {@link #calls}. */
  public <T extends KubeObject> List<T> stored(Kind<T> kind) {
    List<T> items = new ArrayList<>();
    store
        .list(kind.info(), "", ListOptions.ALL)
        .objects()
        .forEach(tree -> items.add(kind.decode(tree)));
    return items;
  }

  /** The next request of this kind fails so. */
  public void failNext(Predicate<Call> when, ApiException failure) {
    faults.add(new Fault(when, failure));
  }

  /** What the server makes of every created object of a kind, such as a review's status. */
  public void editCreates(Kind<?> kind, UnaryOperator<ObjectNode> edit) {
    createEdits.put(kind.info().plural(), edit);
  }

  /** What {@code GET path} answers. */
  public void answerRaw(String path, JsonNode answer) {
    rawAnswers.put(path, answer);
  }

  /** The body last sent to a subresource, such as {@code default/p/binding}. */
  public synchronized Optional<JsonNode> lastBody(String path) {
    return Optional.ofNullable(subresourceBodies.get(path));
  }

  /** Behaves like a server that does not know WatchList. */
  public void forgetWatchList() {
    watchListKnown = false;
  }

  /** Ends all watches and forgets history: watchers get 410. */
  public void compact() {
    store.compact();
  }

  /** Ends all watches as a server does that restarts. */
  public void cutWatches() {
    store.cutWatches();
  }

  private void called(String verb, Kind<?> kind, String namespace, String name) {
    Call call = new Call(verb, kind.info().plural(), namespace, name);
    calls.add(call);
    for (Fault fault : faults) {
      if (fault.when().test(call) && faults.remove(fault)) {
        throw fault.failure();
      }
    }
  }

  @Override
  public <T extends KubeObject> T get(Kind<T> kind, String namespace, String name) {
    called("get", kind, namespace, name);
    return kind.decode(store.get(kind.info(), namespace, name));
  }

  @Override
  public <T extends KubeObject> ListResult<T> list(
      Kind<T> kind, String namespace, ListOptions options) {
    called("list", kind, namespace, "");
    FakeStore.Page page = store.list(kind.info(), namespace, options);
    List<T> items = new ArrayList<>();
    page.objects().forEach(tree -> items.add(kind.decode(tree)));
    return new ListResult<>(
        items, Long.toString(page.revision()), page.continueToken(), page.remaining());
  }

  @Override
  public <T extends KubeObject> WatchHandle watch(
      Kind<T> kind, String namespace, WatchOptions options, WatchConsumer<T> consumer) {
    called("watch", kind, namespace, "");
    if (options.sendInitialEvents() && !watchListKnown) {
      throw ApiException.invalid(
          kind.info(),
          "",
          List.of(new ApiException.Cause("", "is forbidden", "sendInitialEvents")));
    }
    return store.watch(kind, namespace, options, consumer);
  }

  @Override
  public <T extends KubeObject> T create(Kind<T> kind, T object) {
    called("create", kind, object.metadata().namespace(), object.metadata().name());
    UnaryOperator<ObjectNode> edit =
        createEdits.getOrDefault(kind.info().plural(), UnaryOperator.identity());
    return kind.decode(store.create(kind.info(), edit.apply(kind.toJson(object))));
  }

  @Override
  public <T extends KubeObject> T update(Kind<T> kind, T object) {
    called("update", kind, object.metadata().namespace(), object.metadata().name());
    return kind.decode(store.update(kind.info(), kind.toJson(object), ""));
  }

  @Override
  public <T extends KubeObject> T updateStatus(Kind<T> kind, T object) {
    called("update/status", kind, object.metadata().namespace(), object.metadata().name());
    return kind.decode(store.update(kind.info(), kind.toJson(object), "status"));
  }

  @Override
  public <T extends KubeObject> T patch(
      Kind<T> kind,
      String namespace,
      String name,
      PatchType type,
      JsonNode patch,
      String... subresource) {
    String part = subresource.length == 0 ? "" : subresource[0];
    called(part.isEmpty() ? "patch" : "patch/" + part, kind, namespace, name);
    return kind.decode(
        store.change(kind.info(), namespace, name, part, tree -> patched(tree, type, patch)));
  }

  /** Conditions merge by their type, as those of all kinds do. */
  private static MergeRules.Rule rule(String field) {
    return switch (field) {
      case "status" -> new MergeRules.Rule(Set.of(), "", FakeApiClient::rule);
      case "conditions" ->
          new MergeRules.Rule(Set.of(MergeRules.Strategy.MERGE), "type", MergeRules.NONE);
      default -> MergeRules.Rule.DEFAULT;
    };
  }

  private static ObjectNode patched(ObjectNode tree, PatchType type, JsonNode patch) {
    return switch (type) {
      case JSON -> jsonPatched(tree, patch);
      case MERGE -> MergePatch.apply(tree, patch);
      case STRATEGIC_MERGE -> StrategicMergePatch.apply(tree, patch, FakeApiClient::rule);
      case APPLY -> throw ApiException.badRequest("the fake knows no server-side apply");
    };
  }

  private static ObjectNode jsonPatched(ObjectNode tree, JsonNode patch) {
    try {
      return JsonPatch.apply(tree, patch);
    } catch (PatchException e) {
      throw new ApiException(Reason.INVALID, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void delete(Kind<?> kind, String namespace, String name, DeleteOptions options) {
    called("delete", kind, namespace, name);
    store.delete(kind.info(), namespace, name, options);
  }

  @Override
  public void deleteCollection(
      Kind<?> kind, String namespace, ListOptions selection, DeleteOptions options) {
    called("deletecollection", kind, namespace, "");
    for (ObjectNode tree : store.list(kind.info(), namespace, selection).objects()) {
      String in = tree.at("/metadata/namespace").asText();
      store.delete(kind.info(), in, tree.at("/metadata/name").asText(), options);
    }
  }

  @Override
  public synchronized JsonNode subresource(
      String verb,
      Kind<?> kind,
      String namespace,
      String name,
      String subresource,
      @Nullable JsonNode body) {
    called(verb + "/" + subresource, kind, namespace, name);
    if (body != null) {
      subresourceBodies.put(namespace + "/" + name + "/" + subresource, body);
    }
    return switch (subresource) {
      case "binding" ->
          store.change(
              kind.info(),
              namespace,
              name,
              "",
              tree -> {
                String node = body == null ? "" : body.at("/target/name").asText();
                tree.withObject("/spec").put("nodeName", node);
                return tree;
              });
      case "eviction" -> {
        store.delete(kind.info(), namespace, name, DeleteOptions.DEFAULT);
        yield Json.object().put("status", "Success");
      }
      case "finalize" -> store.finish(kind.info(), name, body == null ? Json.object() : body);
      case "status", "approval" -> {
        ObjectNode whole = body instanceof ObjectNode o ? o : Json.object();
        yield store.update(kind.info(), whole, "status");
      }
      default -> body == null ? Json.object() : body;
    };
  }

  @Override
  public JsonNode raw(String method, String path, @Nullable JsonNode body) {
    JsonNode answer = rawAnswers.get(path);
    if (answer == null) {
      throw new ApiException(
          dev.wherry.model.status.Reason.NOT_FOUND, "the fake has no answer for " + path);
    }
    return answer;
  }
}
