package dev.wherry.machinery.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The API as HTTP has it, in JSON; which way the requests go is the transport's affair. */
public class HttpApiClient implements ApiClient {
  private static final String JSON = "application/json";

  /** A watch that ends by itself spreads its load over servers that come and go. */
  private static final Duration WATCH_TIME = Duration.ofMinutes(8);

  private final ApiTransport transport;

  public HttpApiClient(ApiTransport transport) {
    this.transport = transport;
  }

  private static String accept(Kind<?> kind, String shape) {
    return kind.type() == MetadataObject.class
        ? JSON + ";as=" + shape + ";g=meta.k8s.io;v=v1," + JSON
        : JSON;
  }

  private byte[] send(String method, String path, Kind<?> kind, byte[] body) {
    String type = body.length == 0 ? "" : JSON;
    return transport.send(method, path, accept(kind, "PartialObjectMetadata"), type, body);
  }

  @Override
  public <T extends KubeObject> T get(Kind<T> kind, String namespace, String name) {
    return kind.decode(send("GET", path(kind, namespace, name), kind, new byte[0]));
  }

  @Override
  public <T extends KubeObject> ListResult<T> list(
      Kind<T> kind, String namespace, ListOptions options) {
    String path = options.on(path(kind, namespace, ""));
    String accept = accept(kind, "PartialObjectMetadataList");
    return ObjectSlices.list(kind, transport.send("GET", path, accept, "", new byte[0]));
  }

  @Override
  public <T extends KubeObject> WatchHandle watch(
      Kind<T> kind, String namespace, WatchOptions options, WatchConsumer<T> consumer) {
    Duration time = options.timeout().isZero() ? WATCH_TIME : options.timeout();
    InputStream stream =
        transport.open(
            options.withTimeout(time).on(path(kind, namespace, "")),
            accept(kind, "PartialObjectMetadata"));
    return HttpWatch.start(kind, stream, consumer);
  }

  @Override
  public <T extends KubeObject> T create(Kind<T> kind, T object) {
    String path = path(kind, object.metadata().namespace(), "");
    return kind.decode(send("POST", path, kind, kind.encode(object)));
  }

  @Override
  public <T extends KubeObject> T update(Kind<T> kind, T object) {
    return kind.decode(send("PUT", path(kind, object), kind, kind.encode(object)));
  }

  @Override
  public <T extends KubeObject> T updateStatus(Kind<T> kind, T object) {
    return kind.decode(send("PUT", path(kind, object) + "/status", kind, kind.encode(object)));
  }

  @Override
  public <T extends KubeObject> T patch(
      Kind<T> kind,
      String namespace,
      String name,
      PatchType type,
      JsonNode patch,
      String... subresource) {
    StringBuilder path = new StringBuilder(path(kind, namespace, name));
    for (String part : subresource) {
      path.append('/').append(part);
    }
    String accept = accept(kind, "PartialObjectMetadata");
    return kind.decode(
        transport.send("PATCH", path.toString(), accept, type.mediaType(), Json.write(patch)));
  }

  @Override
  public void delete(Kind<?> kind, String namespace, String name, DeleteOptions options) {
    transport.send("DELETE", path(kind, namespace, name), JSON, JSON, Json.write(options.toJson()));
  }

  @Override
  public void deleteCollection(
      Kind<?> kind, String namespace, ListOptions selection, DeleteOptions options) {
    String path = selection.on(path(kind, namespace, ""));
    transport.send("DELETE", path, JSON, JSON, Json.write(options.toJson()));
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
    return raw(method, path(kind, namespace, name) + "/" + subresource, body);
  }

  @Override
  public JsonNode raw(String method, String path, @Nullable JsonNode body) {
    byte[] bytes = body == null ? new byte[0] : Json.write(body);
    String type = body == null ? "" : JSON;
    byte[] answer = transport.send(method.toUpperCase(Locale.ROOT), path, JSON, type, bytes);
    return answer.length == 0 ? Json.object() : Json.parse(answer);
  }

  private static String path(Kind<?> kind, KubeObject object) {
    return path(kind, object.metadata().namespace(), object.metadata().name());
  }

  /** Names of a few kinds (RBAC) hold signs that mean something in a path. */
  private static String path(Kind<?> kind, String namespace, String name) {
    return kind.info().path(namespace, Query.segment(name));
  }
}
