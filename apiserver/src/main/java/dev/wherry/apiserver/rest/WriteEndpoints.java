package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.registry.Deletion;
import dev.wherry.apiserver.registry.ObjectStore;
import dev.wherry.apiserver.registry.WriteRequest;
import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** POST, PUT, PATCH and DELETE over HTTP: reads options and bodies, answers. */
final class WriteEndpoints {
  private static final Set<String> PROPAGATIONS = Set.of("Foreground", "Background", "Orphan");

  private final Writes writes;
  private final Patches patches;
  private final Bodies bodies;
  private final Answers answers;
  private final Gate gate;

  WriteEndpoints(Writes writes, Patches patches, Bodies bodies, Answers answers, Gate gate) {
    this.writes = writes;
    this.patches = patches;
    this.bodies = bodies;
    this.answers = answers;
    this.gate = gate;
  }

  private static KindInfo body(ResourceInfo info, RequestInfo asked) {
    return info.subresource(asked.subresource())
        .map(ResourceInfo.Subresource::body)
        .orElse(info.kind());
  }

  void create(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked) {
    if (isQuestion(info, asked)) {
      Accepted.of(exchange.header("Accept")).requireObject();
    }
    WriteOptions options = WriteOptions.of(exchange, "CreateOptions");
    WriteRequest request =
        Writes.request(user, info, asked, options.dryRun())
            .by(options.manager())
            .noting(new ExchangeNotes(exchange));
    KindInfo kind = body(info, asked);
    ObjectNode object = bodies.object(exchange, kind, options.validation());
    ObjectNode answer =
        asked.subresource().isEmpty()
            ? writes.create(request, object)
            : writes.subresource(request, object);
    answer(exchange, request, kind, 201, answer);
  }

  /** Reviews can be created, and that is all: nothing of them is kept. */
  private static boolean isQuestion(ResourceInfo info, RequestInfo asked) {
    return asked.subresource().isEmpty() && info.verbs().equals(List.of("create"));
  }

  /** An object as it was stored goes out as the cache has it, without encoding it again. */
  private void answer(
      Exchange exchange, WriteRequest request, KindInfo kind, int code, ObjectNode object) {
    Optional<byte[]> bytes =
        Answers.isPlainJson(exchange) ? writes.bytesOf(request, object) : Optional.empty();
    if (bytes.isPresent()) {
      exchange.respond(code, Answers.JSON_TYPE, bytes.get());
    } else {
      answers.object(exchange, kind, code, object);
    }
  }

  void update(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked) {
    WriteOptions options = WriteOptions.of(exchange, "UpdateOptions");
    WriteRequest request =
        Writes.request(user, info, asked, options.dryRun())
            .by(options.manager())
            .noting(new ExchangeNotes(exchange));
    KindInfo kind = body(info, asked);
    ObjectNode object = bodies.object(exchange, kind, options.validation());
    if (asked.subresource().equals("scale")) {
      answers.object(exchange, kind, 200, writes.scale(request, object));
      return;
    }
    ObjectStore.Written written = writes.put(request, object);
    int code = written.created() ? 201 : 200;
    answer(exchange, request, info.kind(), code, written.object());
  }

  void patch(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked) {
    WriteOptions options = WriteOptions.of(exchange, "PatchOptions");
    WriteRequest request =
        Writes.request(user, info, asked, options.dryRun())
            .by(options.manager())
            .noting(new ExchangeNotes(exchange));
    Patches.Patch patch =
        patches.parse(Bodies.mediaType(exchange), exchange.body(), options.validation());
    if (patch.type() == Patches.Type.APPLY) {
      Writes.Applied applied =
          writes.apply(
              request, patch, options.force(), () -> gate.admit(user, asked.withVerb("create")));
      options.validation().warn(exchange, applied.complaints());
      answers.object(exchange, body(info, asked), applied.created() ? 201 : 200, applied.object());
      return;
    }
    Patches.Patched patched = writes.patched(request, patch);
    options.validation().warn(exchange, patched.complaints());
    answer(exchange, request, body(info, asked), 200, patched.object());
  }

  void delete(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked) {
    ObjectNode body = deleteOptions(exchange);
    WriteRequest request =
        Writes.request(user, info, asked, body.has("dryRun")).noting(new ExchangeNotes(exchange));
    answers.object(exchange, info.kind(), 200, writes.delete(request, Deletion.Options.of(body)));
  }

  void deleteCollection(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked) {
    ListOptions selection = ListOptions.of(info, asked, exchange.query());
    ObjectNode body = deleteOptions(exchange);
    WriteRequest each =
        new WriteRequest(user, info, "", "", "", body.has("dryRun"))
            .noting(new ExchangeNotes(exchange));
    ObjectNode answer = writes.deleteCollection(each, selection, Deletion.Options.of(body));
    answers.list(exchange, answer);
  }

  /** DeleteOptions from the body or, where there is none, from the query. */
  private ObjectNode deleteOptions(Exchange exchange) {
    ObjectNode options =
        exchange.body().length > 0
            ? bodies.options(exchange, "meta.v1.DeleteOptions")
            : ofQuery(exchange.query());
    List<ApiException.Cause> causes = new ArrayList<>();
    List<String> dryRun = new ArrayList<>();
    options.path("dryRun").forEach(value -> dryRun.add(value.asText()));
    WriteOptions.dryRun(dryRun, causes);
    JsonNode propagation = options.path("propagationPolicy");
    if (options.has("orphanDependents") && !propagation.isMissingNode()) {
      causes.add(
          ApiException.Cause.invalid(
              "propagationPolicy",
              propagation,
              "orphanDependents and deletionPropagation cannot be both set"));
    }
    if (propagation.isTextual() && !PROPAGATIONS.contains(propagation.textValue())) {
      causes.add(
          WriteOptions.notSupported(
              "propagationPolicy",
              propagation.toString(),
              "\"Foreground\", \"Background\", \"Orphan\", \"nil\""));
    }
    WriteOptions.throwIfAny("DeleteOptions", causes);
    return options;
  }

  private static ObjectNode ofQuery(Query query) {
    ObjectNode options = Json.object();
    query
        .number("gracePeriodSeconds")
        .ifPresent(seconds -> options.put("gracePeriodSeconds", seconds));
    query.optionalFlag("orphanDependents").ifPresent(f -> options.put("orphanDependents", f));
    if (!query.text("propagationPolicy").isEmpty()) {
      options.put("propagationPolicy", query.text("propagationPolicy"));
    }
    if (!query.all("dryRun").isEmpty()) {
      query.all("dryRun").forEach(options.putArray("dryRun")::add);
    }
    return options;
  }
}
