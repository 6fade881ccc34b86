package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.fieldmanager.Application;
import dev.wherry.apiserver.registry.Deletion;
import dev.wherry.apiserver.registry.ObjectStore;
import dev.wherry.apiserver.registry.Registry;
import dev.wherry.apiserver.registry.ScaleSubresource;
import dev.wherry.apiserver.registry.WriteRequest;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Creates, replaces, patches and deletes objects and their subresources, whoever asks. */
final class Writes {
  private static final KindInfo SCALE = new KindInfo("autoscaling", "v1", "Scale", "scale", true);

  /** So many deletions of a collection share the store's syncs. */
  private static final int DELETES_IN_FLIGHT_MAX = 64;

  private final Registry registry;
  private final Virtual virtual;
  private final Patches patches;
  private final Lists lists;
  private final Conversions conversions;

  Writes(
      Registry registry, Virtual virtual, Patches patches, Lists lists, Conversions conversions) {
    this.conversions = conversions;
    this.registry = registry;
    this.virtual = virtual;
    this.patches = patches;
    this.lists = lists;
  }

  static WriteRequest request(UserInfo user, ResourceInfo info, RequestInfo asked, boolean dryRun) {
    return new WriteRequest(
        user,
        info,
        asked.subresource(),
        info.kind().namespaced() ? asked.namespace() : "",
        asked.name(),
        dryRun);
  }

  /** Creates an object, or answers a question that has the form of one. */
  ObjectNode create(WriteRequest request, ObjectNode object) {
    if (request.kind().namespaced() && request.namespace().isEmpty()) {
      throw ApiException.badRequest("an empty namespace may not be set during creation");
    }
    return virtual
        .create(request.user(), request, object)
        .orElseGet(() -> registry.objects().create(request, object));
  }

  /**
   * The bytes that the cache holds of an object just written, where its answer is that very form;
   * empty where it is another version, or somebody has changed the object since.
   */
  Optional<byte[]> bytesOf(WriteRequest request, ObjectNode written) {
    JsonNode metadata = written.path("metadata");
    boolean stored = !request.dryRun() && metadata.has("resourceVersion");
    boolean cached = request.info().isCustom() || conversions.isStored(request.kind());
    if (!stored || !cached) {
      return Optional.empty();
    }
    return registry
        .objects()
        .find(request.named(metadata.path("name").asText()))
        .filter(now ->
            metadata.path("resourceVersion").asText().equals(String.valueOf(now.revision()))
                && written.path("kind").asText().equals(request.kind().kind()))
        .map(now -> conversions.view(request.kind(), now).bytes());
  }

  ObjectNode subresource(WriteRequest request, JsonNode body) {
    return switch (request.kind().plural() + "/" + request.subresource()) {
      case "pods/binding" -> registry.pods().bind(request, admitted(request, body));
      case "pods/eviction" -> registry.pods().evict(request, admitted(request, body));
      case "serviceaccounts/token" -> virtual.token(request, (ObjectNode) body);
      default ->
          throw new ApiException(
              Reason.METHOD_NOT_ALLOWED,
              "the server does not allow this method on the requested resource");
    };
  }

  private JsonNode admitted(WriteRequest request, JsonNode body) {
    if (!(body instanceof ObjectNode tree)) {
      throw ApiException.badRequest("the object provided is unrecognized");
    }
    Optional<ObjectNode> object = Optional.of(tree);
    registry.objects().admit(request.admission(Operation.CREATE, object, Optional.empty()));
    return body;
  }

  /** The Scale that admission makes of one that was sent. */
  private ObjectNode admitted(WriteRequest request, JsonNode scale, ObjectNode old) {
    ObjectNode wanted = (ObjectNode) scale;
    ObjectNode before = ScaleSubresource.of(old, registry.kinds().scale(request.kind()));
    registry
        .objects()
        .admit(request.admission(Operation.UPDATE, Optional.of(wanted), Optional.of(before)));
    return wanted;
  }

  private ObjectNode admittedParent(WriteRequest request, ObjectNode live, ObjectNode wanted) {
    ScaleSubresource.Paths paths = registry.kinds().scale(request.kind());
    ObjectNode scale = admitted(request, ScaleSubresource.of(wanted, paths), live);
    return ScaleSubresource.apply(request, wanted, scale, paths);
  }

  ObjectStore.Written put(WriteRequest request, ObjectNode object) {
    return registry.objects().put(request, object);
  }

  ObjectNode scale(WriteRequest request, JsonNode scale) {
    ScaleSubresource.Paths paths = registry.kinds().scale(request.kind());
    return ScaleSubresource.of(
        registry
            .objects()
            .update(
                request.plain(),
                old ->
                    ScaleSubresource.apply(
                        request, old, admitted(request, scale.deepCopy(), old), paths)),
        paths);
  }

  ObjectNode patch(WriteRequest request, Patches.Patch patch) {
    return patched(request, patch).object();
  }

  /** As it was stored, with what a strict decoder says of it. */
  Patches.Patched patched(WriteRequest request, Patches.Patch patch) {
    List<String> complaints = new ArrayList<>();
    boolean scale = request.subresource().equals("scale");
    ScaleSubresource.Paths paths = registry.kinds().scale(request.kind());
    ObjectNode written =
        registry
            .objects()
            .update(
                scale ? request.plain() : request,
                old -> {
                  Patches.Patched patched =
                      scale
                          ? patches.apply(patch, SCALE, ScaleSubresource.of(old, paths))
                          : patches.apply(patch, request.kind(), old);
                  complaints.clear();
                  complaints.addAll(patched.complaints());
                  return scale
                      ? ScaleSubresource.apply(
                          request, old, admitted(request, patched.object(), old), paths)
                      : unconditional(patch, old, patched.object());
                });
    return new Patches.Patched(scale ? ScaleSubresource.of(written, paths) : written, complaints);
  }

  /** A patched object and whether it was created. */
  record Applied(ObjectNode object, List<String> complaints, boolean created) {}

  /**
   * Applies a configuration, creating the object where there is none.
   *
   * @param mayCreate throws where the caller may not
   */
  Applied apply(WriteRequest request, Patches.Patch patch, boolean force, Runnable mayCreate) {
    Application.Config config = new Application.Config((ObjectNode) patch.body(), force);
    List<String> complaints = new ArrayList<>();
    boolean scale = request.door().equals("scale");
    ObjectStore.Written written =
        registry
            .objects()
            .apply(
                scale ? request.plain() : request,
                live -> {
                  ObjectNode merged =
                      scale
                          ? registry.fields().appliedToScale(request, live, config)
                          : registry.fields().applied(request, live, config);
                  Patches.Patched patched = patches.applied(patch, request.kind(), merged);
                  complaints.clear();
                  complaints.addAll(patched.complaints());
                  ObjectNode wanted = unconditional(patch, live, patched.object());
                  return scale ? admittedParent(request, live, wanted) : wanted;
                },
                mayCreate);
    ObjectNode object =
        scale
            ? ScaleSubresource.of(written.object(), registry.kinds().scale(request.kind()))
            : written.object();
    return new Applied(object, complaints, written.created());
  }

  /** The revision that the patched object brought along is no condition of the client's. */
  private static ObjectNode unconditional(Patches.Patch patch, ObjectNode old, ObjectNode wanted) {
    String before = old.path("metadata").path("resourceVersion").asText();
    JsonNode metadata = wanted.path("metadata");
    boolean same = metadata.path("resourceVersion").asText().equals(before);
    if (same && !patch.namesRevision() && metadata instanceof ObjectNode tree) {
      tree.remove("resourceVersion");
    }
    return wanted;
  }

  ObjectNode delete(WriteRequest request, Deletion.Options options) {
    return registry.deletion().delete(request, options);
  }

  /**
   * Deletes what a selection finds.
   *
   * @param each the request without the names of an object
   */
  ObjectNode deleteCollection(WriteRequest each, ListOptions selection, Deletion.Options options) {
    ResourceInfo info = each.info();
    Lists.Result found = lists.list(info.kind(), selection);
    ObjectNode list = Json.object();
    list.put("kind", info.kind().kind() + "List").put("apiVersion", info.kind().apiVersion());
    list.set("metadata", Lists.metadata(found));
    Parallel.forEach(
        found.objects(), DELETES_IN_FLIGHT_MAX, object -> deleteIfThere(each, object, options));
    var items = list.putArray("items");
    found.objects().forEach(o -> items.add(conversions.view(info.kind(), o).tree()));
    return list;
  }

  private void deleteIfThere(WriteRequest each, CachedObject object, Deletion.Options options) {
    try {
      registry
          .deletion()
          .delete(
              new WriteRequest(
                      each.user(),
                      each.info(),
                      "",
                      object.namespace(),
                      object.name(),
                      each.dryRun())
                  .noting(each.notes()),
              options);
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }
}
