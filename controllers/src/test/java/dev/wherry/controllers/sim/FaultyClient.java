package dev.wherry.controllers.sim;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.client.ListResult;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.client.WatchConsumer;
import dev.wherry.machinery.client.WatchHandle;
import dev.wherry.machinery.client.WatchOptions;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The API as controllers meet it on a bad day. Its writes are logged. */
final class FaultyClient implements ApiClient {
  /** One write in so many is refused, fails unheard or kills the writer. */
  private static final int ONE_IN = 40;

  private final FakeApiClient api;
  private final Random random;
  private final List<String> log = new ArrayList<>();
  private boolean faults = true;

  FaultyClient(FakeApiClient api, Random random) {
    this.api = api;
    this.random = random;
  }

  void endFaults() {
    faults = false;
  }

  List<String> log() {
    return log;
  }

  private <R> R write(String verb, Kind<?> kind, String name, boolean conflicts, Supplier<R> call) {
    int before = faults ? random.nextInt(ONE_IN) : ONE_IN;
    if (before == 0) {
      throw new Crash();
    }
    if (before == 1) {
      throw conflicts
          ? ApiException.conflict(kind.info(), name, "simulated")
          : ApiException.internal("simulated");
    }
    log.add(verb + " " + kind.info().plural() + " " + name);
    R result = call.get();
    int after = faults ? random.nextInt(ONE_IN) : ONE_IN;
    if (after == 0) {
      throw new Crash();
    }
    if (after == 1 && !(verb.equals("create") && name.endsWith("-"))) {
      // Stored, but the answer is lost. Where the server chooses the name nobody can tell, and as
      // upstream's our controllers make another: that one is taken out again later.
      throw ApiException.internal("simulated");
    }
    return result;
  }

  @Override
  public <T extends KubeObject> T get(Kind<T> kind, String namespace, String name) {
    return api.get(kind, namespace, name);
  }

  @Override
  public <T extends KubeObject> ListResult<T> list(
      Kind<T> kind, String namespace, ListOptions options) {
    return api.list(kind, namespace, options);
  }

  @Override
  public <T extends KubeObject> WatchHandle watch(
      Kind<T> kind, String namespace, WatchOptions options, WatchConsumer<T> consumer) {
    return api.watch(kind, namespace, options, consumer);
  }

  @Override
  public <T extends KubeObject> T create(Kind<T> kind, T object) {
    String name = object.metadata().name() + object.metadata().generateName();
    return write("create", kind, name, false, () -> api.create(kind, object));
  }

  @Override
  public <T extends KubeObject> T update(Kind<T> kind, T object) {
    String name = object.metadata().name();
    return write("update", kind, name, true, () -> api.update(kind, object));
  }

  @Override
  public <T extends KubeObject> T updateStatus(Kind<T> kind, T object) {
    String name = object.metadata().name();
    return write("status", kind, name, true, () -> api.updateStatus(kind, object));
  }

  @Override
  public <T extends KubeObject> T patch(
      Kind<T> kind,
      String namespace,
      String name,
      PatchType type,
      JsonNode patch,
      String... subresource) {
    return write(
        "patch",
        kind,
        name,
        true,
        () -> api.patch(kind, namespace, name, type, patch, subresource));
  }

  @Override
  public void delete(Kind<?> kind, String namespace, String name, DeleteOptions options) {
    write(
        "delete",
        kind,
        name,
        false,
        () -> {
          api.delete(kind, namespace, name, options);
          return name;
        });
  }

  @Override
  public void deleteCollection(
      Kind<?> kind, String namespace, ListOptions selection, DeleteOptions options) {
    api.deleteCollection(kind, namespace, selection, options);
  }

  @Override
  public JsonNode subresource(
      String verb,
      Kind<?> kind,
      String namespace,
      String name,
      String subresource,
      @Nullable JsonNode body) {
    return api.subresource(verb, kind, namespace, name, subresource, body);
  }

  @Override
  public JsonNode raw(String method, String path, @Nullable JsonNode body) {
    return api.raw(method, path, body);
  }
}
