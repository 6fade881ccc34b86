package dev.wherry.apiserver.proxy;

import dev.wherry.model.status.ApiException;
import java.util.Optional;
import java.util.function.Function;

/**
 * How a backend's answer is handed on.
 *
 * @param errors what becomes of an error of the backend
 * @param messages whether a client that asks for a WebSocket gets the answer's body over it
 * @param links rewrites redirects and pages so that they stay behind the proxy's path
 * @param unreachable makes a refusal of the reason why there is no answer
 */
record Handing(
    Errors errors,
    boolean messages,
    Optional<ProxyLinks> links,
    Function<String, ApiException> unreachable) {

  /** An error goes through, or its text becomes a Status. */
  enum Errors {
    AS_THEY_ARE,
    AS_STATUS
  }
}
