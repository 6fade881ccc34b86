package dev.wherry.apiserver.authn;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a request shows of its caller.
 *
 * @param certificates the TLS client certificate chain, leaf first, already verified against the
 *     client authority by the handshake; empty when none was shown
 * @param bearerToken the token of the Authorization header (or of the WebSocket subprotocol)
 */
public record Credentials(List<X509Certificate> certificates, Optional<String> bearerToken) {
  /** No credentials at all. */
  public static final Credentials NONE = new Credentials(List.of(), Optional.empty());

  /** Copies the list. */
  public Credentials {
    certificates = List.copyOf(certificates);
  }
}
