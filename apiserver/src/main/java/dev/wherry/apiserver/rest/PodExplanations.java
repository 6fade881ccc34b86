package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.apiserver.request.Selectors;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * {@code GET pods/NAME/why}: where the pod could go, and what speaks against each node. {@code
 * POST} asks the same of a pod that is not stored, or, with a StackFit, whether many such pods find
 * room. Only the scheduler knows; whoever starts it beside this server says so here.
 */
public final class PodExplanations {
  private static final String SUBRESOURCE = "why";
  private static final String STACK = "StackFit";

  private final WatchCache cache;
  private volatile Optional<Oracle> scheduler = Optional.empty();

  private record Oracle(UnaryOperator<ObjectNode> explainer, UnaryOperator<ObjectNode> fitter) {}

  PodExplanations(WatchCache cache) {
    this.cache = cache;
  }

  /**
   * From now on these answer.
   *
   * @param explainer makes the answer from a pod
   * @param fitter makes it from a StackFit
   */
  public void by(UnaryOperator<ObjectNode> explainer, UnaryOperator<ObjectNode> fitter) {
    scheduler = Optional.of(new Oracle(explainer, fitter));
  }

  static boolean serves(RequestInfo asked) {
    return asked.group().isEmpty()
        && asked.version().equals("v1")
        && asked.resource().equals("pods")
        && asked.subresource().equals(SUBRESOURCE)
        && (asked.verb().equals("get") || asked.verb().equals("create"))
        && !asked.namespace().isEmpty()
        && asked.rest().isEmpty();
  }

  /**
   * @param gate refuses a request that the user may not make
   */
  void respond(Exchange exchange, RequestInfo asked, Consumer<RequestInfo> gate) {
    if (asked.verb().equals("create")) {
      exchange.respond(200, Answers.JSON_TYPE, Json.write(unstored(exchange, asked, gate)));
      return;
    }
    KindInfo pods = Pod.KIND.info();
    CachedObject pod =
        cache
            .get(Resource.PODS, asked.namespace(), asked.name())
            .orElseThrow(() -> ApiException.notFound(pods, asked.name()));
    exchange.respond(200, Answers.JSON_TYPE, Json.write(asked(oracle().explainer(), pod.tree())));
  }

  private ObjectNode unstored(Exchange exchange, RequestInfo asked, Consumer<RequestInfo> gate) {
    ObjectNode body = body(exchange);
    if (body.path("kind").asText().equals(STACK)) {
      for (JsonNode part : body.path("spec").path("parts")) {
        allowed(part.path("pod"), asked, gate);
      }
      return asked(oracle().fitter(), body);
    }
    allowed(body, asked, gate);
    try {
      return asked(oracle().explainer(), body);
    } catch (DecodeException e) {
      throw ApiException.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private static ObjectNode body(Exchange exchange) {
    try {
      if (Json.parse(exchange.body()) instanceof ObjectNode object) {
        return object;
      }
    } catch (DecodeException e) {
      throw ApiException.badRequest("the body is no JSON: " + e.getMessage());
    }
    throw ApiException.badRequest("the body is no Pod and no " + STACK);
  }

  /** Pods of other namespaces than the path's need the same permission there. */
  private static void allowed(JsonNode pod, RequestInfo asked, Consumer<RequestInfo> gate) {
    String namespace = pod.path("metadata").path("namespace").asText("");
    if (namespace.isEmpty()) {
      throw ApiException.badRequest("a pod has no namespace");
    }
    if (!namespace.equals(asked.namespace())) {
      gate.accept(
          new RequestInfo(
              true,
              asked.verb(),
              asked.path(),
              "",
              asked.version(),
              asked.resource(),
              asked.subresource(),
              namespace,
              asked.name(),
              "",
              Selectors.NONE));
    }
  }

  private Oracle oracle() {
    return scheduler.orElseThrow(() ->
        new ApiException(Reason.SERVICE_UNAVAILABLE, "no scheduler runs beside this API server"));
  }

  private static ObjectNode asked(UnaryOperator<ObjectNode> whom, ObjectNode what) {
    try {
      return whom.apply(what);
    } catch (CompletionException e) {
      throw new ApiException(
          Reason.TIMEOUT, "the scheduler is busy and did not answer in time: try again");
    }
  }
}
