package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;

/**
 * {@code GET pods/NAME/why}: where the pod could go, and what speaks against each node. Only the
 * scheduler knows; whoever starts it beside this server says so here.
 */
public final class PodExplanations {
  private static final String SUBRESOURCE = "why";

  private final WatchCache cache;
  private volatile Optional<UnaryOperator<ObjectNode>> scheduler = Optional.empty();

  PodExplanations(WatchCache cache) {
    this.cache = cache;
  }

  /** From now on this answers. */
  public void by(UnaryOperator<ObjectNode> explainer) {
    scheduler = Optional.of(explainer);
  }

  static boolean serves(RequestInfo asked) {
    return asked.group().isEmpty()
        && asked.version().equals("v1")
        && asked.resource().equals("pods")
        && asked.subresource().equals(SUBRESOURCE)
        && asked.verb().equals("get")
        && !asked.namespace().isEmpty()
        && asked.rest().isEmpty();
  }

  void respond(Exchange exchange, RequestInfo asked) {
    KindInfo pods = Pod.KIND.info();
    CachedObject pod =
        cache
            .get(Resource.PODS, asked.namespace(), asked.name())
            .orElseThrow(() -> ApiException.notFound(pods, asked.name()));
    UnaryOperator<ObjectNode> explainer =
        scheduler.orElseThrow(() ->
            new ApiException(
                Reason.SERVICE_UNAVAILABLE, "no scheduler runs beside this API server"));
    try {
      exchange.respond(200, Answers.JSON_TYPE, Json.write(explainer.apply(pod.tree())));
    } catch (CompletionException e) {
      throw new ApiException(
          Reason.TIMEOUT, "the scheduler is busy and did not answer in time: try again");
    }
  }
}
