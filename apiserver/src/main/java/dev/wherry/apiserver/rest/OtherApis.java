package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.aggregation.Aggregator;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.request.RequestInfo;
import java.util.Optional;

/** What is served beside the stored kinds: other servers' APIs, and figures. */
record OtherApis(Aggregator aggregator, MetricsEndpoints metrics) {
  /**
   * What a component of this process reads; empty for stored kinds. The caller has been admitted.
   */
  Optional<JsonNode> read(UserInfo user, RequestInfo asked, String target, Query query) {
    Optional<Aggregator.Remote> remote = aggregator.remote(asked.path());
    if (remote.isPresent()) {
      return Optional.of(remote.get().get(user, target));
    }
    return MetricsEndpoints.serves(asked)
        ? Optional.of(metrics.make(asked, query))
        : Optional.empty();
  }
}
