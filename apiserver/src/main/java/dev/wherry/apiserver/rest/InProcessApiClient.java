package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Watcher;
import dev.wherry.apiserver.registry.Deletion;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.registry.WriteRequest;
import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.CacheView;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.client.ListResult;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.client.WatchConsumer;
import dev.wherry.machinery.client.WatchHandle;
import dev.wherry.machinery.client.WatchOptions;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.schema.StructDecoder;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The API for a component in the server's process: authorised, admitted, validated and refused as
 * over HTTP, without TLS and encoding. What it returns is the watch cache's own typed form, decoded
 * at most once for all components. Any thread may call.
 */
final class InProcessApiClient implements ApiClient {
  private final UserInfo user;
  private final InProcessCalls calls;

  InProcessApiClient(UserInfo user, InProcessCalls calls) {
    this.user = user;
    this.calls = calls;
  }

  private <R> R call(String method, String target, Function<InProcessCalls.Call, R> work) {
    return calls.run(user, method, target, work);
  }

  private static String path(Kind<?> kind, KubeObject object) {
    return kind.info().path(object.metadata().namespace(), object.metadata().name());
  }

  @Override
  public <T extends KubeObject> T get(Kind<T> kind, String namespace, String name) {
    return call("GET", kind.info().path(namespace, name), call -> calls.require(call).typed(kind));
  }

  @Override
  public <T extends KubeObject> ListResult<T> list(
      Kind<T> kind, String namespace, ListOptions options) {
    String target = options.on(kind.info().path(namespace, ""));
    return call(
        "GET",
        target,
        call -> {
          Lists.Result found = calls.list(call);
          return new ListResult<>(
              found.objects().stream()
                  .map(o -> calls.conversions().view(kind.info(), o).typed(kind))
                  .toList(),
              String.valueOf(found.revision()),
              found.continueToken(),
              found.remaining());
        });
  }

  @Override
  public <T extends KubeObject> WatchHandle watch(
      Kind<T> kind, String namespace, WatchOptions options, WatchConsumer<T> consumer) {
    String target = options.on(kind.info().path(namespace, ""));
    return call(
        "GET",
        target,
        call -> {
          Function<Runnable, Watcher> start = calls.watch(call);
          return InProcessWatch.start(
              kind,
              calls.cache(),
              calls.conversions(),
              new WatchReader(start),
              consumer,
              options.bookmarks(),
              calls.watchTime(call));
        });
  }

  @Override
  public <T extends KubeObject> T create(Kind<T> kind, T object) {
    return call(
        "POST",
        kind.info().path(object.metadata().namespace(), ""),
        call -> typed(kind, calls.writes().create(call.write(user), whole(kind, object))));
  }

  @Override
  public <T extends KubeObject> T update(Kind<T> kind, T object) {
    return put(kind, object, path(kind, object));
  }

  @Override
  public <T extends KubeObject> T updateStatus(Kind<T> kind, T object) {
    return put(kind, object, path(kind, object) + "/status");
  }

  private <T extends KubeObject> T put(Kind<T> kind, T object, String target) {
    return call(
        "PUT",
        target,
        call -> typed(kind, calls.writes().put(call.write(user), whole(kind, object)).object()));
  }

  @Override
  public <T extends KubeObject> T patch(
      Kind<T> kind,
      String namespace,
      String name,
      PatchType type,
      JsonNode patch,
      String... subresource) {
    StringBuilder target = new StringBuilder(kind.info().path(namespace, name));
    for (String part : subresource) {
      target.append('/').append(part);
    }
    return call(
        "PATCH",
        target.toString(),
        call -> {
          Patches.Patch parsed = calls.patches().parse(type.mediaType(), Json.write(patch));
          return typed(kind, calls.writes().patch(call.write(user), parsed));
        });
  }

  /** As a body over HTTP would be understood: records leave out what is empty, Go does not. */
  private static <T extends KubeObject> ObjectNode whole(Kind<T> kind, T object) {
    ObjectNode tree = kind.toJson(object);
    Schema schema = Schema.builtin();
    schema.ofKind(kind.info()).ifPresent(type -> StructDecoder.complete(schema, type, tree));
    return tree;
  }

  /** The cache's form of what was written; another's, if somebody was faster since. */
  private <T extends KubeObject> T typed(Kind<T> kind, ObjectNode written) {
    JsonNode metadata = written.path("metadata");
    Optional<CachedObject> cached =
        calls
            .cache()
            .get(
                KindRegistry.storage(kind.info()),
                metadata.path("namespace").asText(),
                metadata.path("name").asText());
    String revision = metadata.path("resourceVersion").asText();
    return cached.isPresent()
            && calls.conversions().isStored(kind.info())
            && String.valueOf(cached.get().revision()).equals(revision)
        ? cached.get().typed(kind)
        : kind.decode(written);
  }

  @Override
  public void delete(Kind<?> kind, String namespace, String name, DeleteOptions options) {
    call(
        "DELETE",
        kind.info().path(namespace, name),
        call -> calls.writes().delete(call.write(user), Deletion.Options.of(options.toJson())));
  }

  @Override
  public void deleteCollection(
      Kind<?> kind, String namespace, ListOptions selection, DeleteOptions options) {
    call(
        "DELETE",
        selection.on(kind.info().path(namespace, "")),
        call -> calls.deleteCollection(call, user, Deletion.Options.of(options.toJson())));
  }

  @Override
  public JsonNode subresource(
      String verb,
      Kind<?> kind,
      String namespace,
      String name,
      String subresource,
      @Nullable JsonNode body) {
    String method = ApiClient.methodOf(verb);
    JsonNode tree = body == null ? Json.object() : body.deepCopy();
    String target = kind.info().path(namespace, name) + "/" + subresource;
    return call(method, target, call -> answer(call, tree));
  }

  @Override
  public JsonNode raw(String method, String path, @Nullable JsonNode body) {
    JsonNode tree = body == null ? Json.object() : body.deepCopy();
    if (!InProcessCalls.isAboutResource(method, path)) {
      return calls.document(user, method, path);
    }
    if (InProcessCalls.isForNode(method, path)) {
      return calls.node(user, method, path, body == null ? new byte[0] : Json.write(body));
    }
    return calls
        .figures(user, method, path)
        .orElseGet(() -> call(method, path, call -> answer(call, tree)));
  }

  private JsonNode answer(InProcessCalls.Call call, JsonNode body) {
    WriteRequest request = call.write(user);
    RequestInfo asked = call.asked();
    boolean scale = asked.subresource().equals("scale");
    return switch (asked.verb()) {
      case "get" -> calls.read(call);
      case "list" -> calls.listTree(call);
      case "create" ->
          asked.subresource().isEmpty()
              ? calls.writes().create(request, object(body))
              : calls.writes().subresource(request, body);
      case "update" ->
          scale
              ? calls.writes().scale(request, body)
              : calls.writes().put(request, object(body)).object();
      case "delete" -> calls.writes().delete(request, Deletion.Options.of(body));
      case "deletecollection" -> calls.deleteCollection(call, user, Deletion.Options.of(body));
      default ->
          throw new ApiException(
              Reason.METHOD_NOT_ALLOWED, asked.verb() + " has a call of its own, not this one");
    };
  }

  private static ObjectNode object(JsonNode body) {
    if (body instanceof ObjectNode object) {
      return object;
    }
    throw ApiException.badRequest("the object provided is unrecognized");
  }

  @Override
  public <T extends KubeObject> Optional<CacheView<T>> cacheView(
      Kind<T> kind, String namespace, String labelSelector, String fieldSelector) {
    ListOptions options = ListOptions.ALL.withLabels(labelSelector).withFields(fieldSelector);
    String list = options.on(kind.info().path(namespace, ""));
    WatchOptions watching = WatchOptions.list().withSelectors(labelSelector, fieldSelector);
    String watch = watching.on(kind.info().path(namespace, ""));
    Resource resource = KindRegistry.storage(kind.info());
    return Optional.of(
        new InProcessView<>(
            calls.cache(),
            resource,
            kind,
            dev.wherry.apiserver.rest.ListOptions.of(
                    calls.served(kind.info()),
                    RequestInfo.parse("GET", Query.path(list), query(list)),
                    query(list))
                .selection(),
            calls.conversions(),
            () -> List.of(list, watch).forEach(target -> call("GET", target, call -> true))));
  }

  private static Query query(String target) {
    return Query.of(target);
  }
}
