package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.metrics.MetricsApi;
import dev.wherry.apiserver.metrics.MetricsKinds;
import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.kind.ResourceInfo;

/** Answers requests for metrics.k8s.io: objects that are made up for each answer. */
record MetricsEndpoints(MetricsApi api, Answers answers) {
  static boolean serves(RequestInfo asked) {
    return asked.resourceRequest()
        && MetricsKinds.find(asked.group(), asked.version(), asked.resource()).isPresent();
  }

  void respond(Exchange exchange, RequestInfo asked) {
    ObjectNode made = make(asked, exchange.query());
    if (asked.verb().equals("get")) {
      answers.object(exchange, route(asked).kind(), 200, made);
    } else {
      answers.made(exchange, route(asked).kind(), made);
    }
  }

  /** An object or a list, as the verb asks. */
  ObjectNode make(RequestInfo asked, Query query) {
    ResourceInfo info = route(asked);
    if (asked.verb().equals("get")) {
      String namespace = info.kind().namespaced() ? asked.namespace() : "";
      return api.get(info.kind(), namespace, asked.name());
    }
    return api.list(info.kind(), ListOptions.of(info, asked, query).selection());
  }

  private static ResourceInfo route(RequestInfo asked) {
    return KindRoutes.checked(
        MetricsKinds.find(asked.group(), asked.version(), asked.resource())
            .orElseThrow(KindRoutes::notServed),
        asked);
  }
}
