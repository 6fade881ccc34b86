package dev.wherry.machinery.client;

import java.net.URI;
import java.time.Duration;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * How to reach an API server.
 *
 * @param server such as {@code https://10.0.0.1:6443}
 * @param tls pins the authority and shows the client's certificate, if any; asked anew after {@link
 *     HttpsApiClient#reconnect}
 * @param bearerToken asked for every request; "" sends none
 * @param requestTimeout of a whole request, watches left out
 */
public record HttpsConfig(
    URI server,
    Supplier<SSLContext> tls,
    Supplier<String> bearerToken,
    String userAgent,
    Duration requestTimeout) {
  /** Upstream's kubelets and controllers wait so long too. */
  public static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);

  /** A client known by its certificate. */
  public static HttpsConfig ofCertificate(URI server, Supplier<SSLContext> tls) {
    return new HttpsConfig(server, tls, () -> "", "wherry", REQUEST_TIMEOUT);
  }

  /** A client known by its token. */
  public static HttpsConfig ofToken(URI server, SSLContext tls, Supplier<String> token) {
    return new HttpsConfig(server, () -> tls, token, "wherry", REQUEST_TIMEOUT);
  }
}
