package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.http.Exchange;
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
import java.util.Optional;

/** POST, PUT, PATCH and DELETE of objects and their subresources. */
final class Writes {
  private final Registry registry;
  private final Virtual virtual;
  private final Patches patches;
  private final Lists lists;
  private final Bodies bodies;
  private final Answers answers;

  Writes(
      Registry registry,
      Virtual virtual,
      Patches patches,
      Lists lists,
      Bodies bodies,
      Answers answers) {
    this.registry = registry;
    this.virtual = virtual;
    this.patches = patches;
    this.lists = lists;
    this.bodies = bodies;
    this.answers = answers;
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

  private static boolean dryRun(Exchange exchange) {
    for (String value : exchange.query().all("dryRun")) {
      if (!value.equals("All")) {
        throw ApiException.badRequest(
            "dryRun: Unsupported value: \"" + value + "\": supported values: \"All\"");
      }
    }
    return exchange.query().has("dryRun");
  }

  void create(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked) {
    WriteRequest request = request(user, info, asked, dryRun(exchange));
    KindInfo kind = info.kind();
    if (asked.subresource().isEmpty()) {
      answers.object(exchange, kind, 201, create(request, bodies.object(exchange, kind)));
      return;
    }
    JsonNode body = bodies.any(exchange);
    answers.object(exchange, kind, 201, subresource(request, body));
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

  ObjectNode subresource(WriteRequest request, JsonNode body) {
    return switch (request.kind().plural() + "/" + request.subresource()) {
      case "pods/binding" -> registry.pods().bind(request, body);
      case "pods/eviction" -> registry.pods().evict(request, body);
      case "serviceaccounts/token" -> virtual.token(request, (ObjectNode) body);
      default ->
          throw new ApiException(
              dev.wherry.model.status.Reason.METHOD_NOT_ALLOWED,
              "the server does not allow this method on the requested resource");
    };
  }

  void update(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked) {
    WriteRequest request = request(user, info, asked, dryRun(exchange));
    if (asked.subresource().equals("scale")) {
      answers.object(exchange, info.kind(), 200, scale(request, bodies.any(exchange)));
      return;
    }
    ObjectStore.Written written = put(request, bodies.object(exchange, info.kind()));
    answers.object(exchange, info.kind(), written.created() ? 201 : 200, written.object());
  }

  ObjectStore.Written put(WriteRequest request, ObjectNode object) {
    return registry.objects().put(request, object);
  }

  ObjectNode scale(WriteRequest request, JsonNode scale) {
    return ScaleSubresource.of(
        registry
            .objects()
            .update(plain(request), old -> ScaleSubresource.apply(request, old, scale)));
  }

  private static WriteRequest plain(WriteRequest request) {
    return new WriteRequest(
        request.user(), request.info(), "", request.namespace(), request.name(), request.dryRun());
  }

  void patch(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked) {
    WriteRequest request = request(user, info, asked, dryRun(exchange));
    Patches.Patch patch = patches.parse(Bodies.mediaType(exchange), exchange.body());
    answers.object(exchange, info.kind(), 200, patch(request, patch));
  }

  ObjectNode patch(WriteRequest request, Patches.Patch patch) {
    if (request.subresource().equals("scale")) {
      return ScaleSubresource.of(
          registry
              .objects()
              .update(
                  plain(request),
                  old ->
                      ScaleSubresource.apply(
                          request,
                          old,
                          patches.apply(patch, Optional.empty(), ScaleSubresource.of(old)))));
    }
    return registry
        .objects()
        .update(
            request,
            old -> {
              String before = old.path("metadata").path("resourceVersion").asText();
              ObjectNode wanted = patches.apply(patch, Optional.of(request.kind()), old);
              JsonNode metadata = wanted.path("metadata");
              boolean named = metadata.path("resourceVersion").asText().equals(before);
              if (named && !patch.namesRevision() && metadata instanceof ObjectNode tree) {
                tree.remove("resourceVersion");
              }
              return wanted;
            });
  }

  void delete(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked) {
    WriteRequest request = request(user, info, asked, dryRun(exchange));
    answers.object(exchange, info.kind(), 200, delete(request, options(exchange)));
  }

  ObjectNode delete(WriteRequest request, Deletion.Options options) {
    return registry.deletion().delete(request, options);
  }

  private Deletion.Options options(Exchange exchange) {
    JsonNode body = bodies.any(exchange);
    ObjectNode merged = body instanceof ObjectNode given ? given.deepCopy() : Json.object();
    exchange
        .query()
        .number("gracePeriodSeconds")
        .ifPresent(seconds -> merged.put("gracePeriodSeconds", seconds));
    String propagation = exchange.query().text("propagationPolicy");
    if (!propagation.isEmpty()) {
      merged.put("propagationPolicy", propagation);
    }
    return Deletion.Options.of(merged);
  }

  void deleteCollection(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked) {
    ListOptions selection = ListOptions.of(asked.namespace(), exchange.query());
    WriteRequest each = new WriteRequest(user, info, "", "", "", dryRun(exchange));
    ObjectNode answer = deleteCollection(each, selection, options(exchange));
    exchange.respond(200, Answers.JSON_TYPE, Json.write(answer));
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
    var items = list.putArray("items");
    for (var object : found.objects()) {
      WriteRequest request =
          new WriteRequest(each.user(), info, "", object.namespace(), object.name(), each.dryRun());
      try {
        registry.deletion().delete(request, options);
      } catch (ApiException e) {
        if (e.reason() != dev.wherry.model.status.Reason.NOT_FOUND) {
          throw e;
        }
      }
      items.add(object.tree());
    }
    return list;
  }
}
