package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.List;

/** Which kind answers a request about a resource. */
record KindRoutes(KindRegistry kinds) {
  boolean isServed(RequestInfo asked) {
    return kinds.find(asked.group(), asked.version(), asked.resource()).isPresent();
  }

  /**
   * @throws ApiException 404 for what is not served, 405 for what the kind does not allow
   */
  ResourceInfo route(RequestInfo asked) {
    return checked(
        kinds
            .find(asked.group(), asked.version(), asked.resource())
            .orElseThrow(KindRoutes::notServed),
        asked);
  }

  /** The resource, when the request fits its scope and its verbs. */
  static ResourceInfo checked(ResourceInfo info, RequestInfo asked) {
    checkScope(info, asked);
    // OPTIONS has no verb (apiserver requestinfo), and a proxy takes every method.
    boolean through = asked.subresource().equals("proxy") && asked.verb().isEmpty();
    if (!verbs(info, asked).contains(asked.verb()) && !through) {
      throw new ApiException(
          Reason.METHOD_NOT_ALLOWED,
          "the server does not allow this method on the requested resource");
    }
    return info;
  }

  private static List<String> verbs(ResourceInfo info, RequestInfo asked) {
    if (asked.subresource().isEmpty()) {
      return info.verbs();
    }
    return info.subresource(asked.subresource()).orElseThrow(KindRoutes::notServed).verbs();
  }

  /** Paths that no kind has: a namespace too many, or one too few, or something behind. */
  private static void checkScope(ResourceInfo info, RequestInfo asked) {
    boolean itself =
        info.kind().resource().equals("namespaces") && asked.name().equals(asked.namespace());
    boolean tooMany = !info.kind().namespaced() && !asked.namespace().isEmpty() && !itself;
    boolean named =
        List.of("get", "update", "patch", "delete").contains(asked.verb()) || asked.isWatchOfOne();
    boolean tooFew = info.kind().namespaced() && asked.namespace().isEmpty() && named;
    boolean behind = !asked.rest().isEmpty() && !asked.subresource().equals("proxy");
    if (tooMany || tooFew || behind) {
      throw notServed();
    }
    boolean everywhere = info.kind().namespaced() && asked.namespace().isEmpty();
    boolean ofAll = everywhere && List.of("create", "deletecollection").contains(asked.verb());
    boolean nameless = asked.name().isEmpty() && List.of("update", "patch").contains(asked.verb());
    boolean onto =
        asked.verb().equals("create") && !asked.name().isEmpty() && asked.subresource().isEmpty();
    if (ofAll || nameless || onto) {
      throw new ApiException(
          Reason.METHOD_NOT_ALLOWED,
          "the server does not allow this method on the requested resource");
    }
  }

  static ApiException notServed() {
    return new ApiException(Reason.NOT_FOUND, "the server could not find the requested resource");
  }
}
