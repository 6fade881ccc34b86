package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import java.util.Set;

/** Requests that a node answers: logs, exec, attach, port-forward and the proxies. */
@FunctionalInterface
public interface StreamProxy {
  /** The subresources that are served by nodes. */
  Set<String> SUBRESOURCES = Set.of("log", "exec", "attach", "portforward", "proxy");

  static boolean serves(KindInfo kind, String subresource) {
    return kind.group().isEmpty() && SUBRESOURCES.contains(subresource);
  }

  /** Answers the exchange; the caller has been authorised. */
  void serve(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked);
}
