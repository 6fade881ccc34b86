package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;

/** Which kind answers a request about a resource. */
record KindRoutes(KindRegistry kinds) {
  boolean isServed(RequestInfo asked) {
    return kinds.find(asked.group(), asked.version(), asked.resource()).isPresent();
  }

  /**
   * @throws ApiException 404 for what is not served, 405 for what the kind does not allow
   */
  ResourceInfo route(RequestInfo asked) {
    ResourceInfo info =
        kinds
            .find(asked.group(), asked.version(), asked.resource())
            .orElseThrow(KindRoutes::notServed);
    if (asked.subresource().isEmpty()) {
      if (!info.verbs().contains(asked.verb())) {
        throw new ApiException(
            Reason.METHOD_NOT_ALLOWED,
            "the server does not allow this method on the requested resource");
      }
    } else if (info.subresource(asked.subresource()).isEmpty()) {
      throw notServed();
    }
    return info;
  }

  static ApiException notServed() {
    return new ApiException(Reason.NOT_FOUND, "the server could not find the requested resource");
  }
}
