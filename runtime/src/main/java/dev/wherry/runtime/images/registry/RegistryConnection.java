package dev.wherry.runtime.images.registry;

import dev.wherry.machinery.time.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;

/**
 * Requests to one endpoint for one repository: shows credentials when asked, follows redirects
 * (without showing them to other hosts), turns statuses into reasons.
 */
final class RegistryConnection implements AutoCloseable {
  private static final int REDIRECTS_MAX = 5;
  private static final int PARTIAL = 206;
  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERRORS = 500;

  private final Endpoint endpoint;
  private final PullLimits limits;
  private final Timer timer;
  private final HttpClient http;
  private final Tokens tokens;
  private volatile Optional<String> authorization = Optional.empty();

  RegistryConnection(Endpoint endpoint, String repository, PullLimits limits, Timer timer)
      throws IOException {
    this.endpoint = endpoint;
    this.limits = limits;
    this.timer = timer;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(limits.connect())
            .followRedirects(HttpClient.Redirect.NEVER);
    if ("https".equals(endpoint.base().getScheme()) || endpoint.host().authority().isPresent()) {
      builder.sslContext(RegistryTrust.context(endpoint.host()));
    }
    this.http = builder.build();
    this.tokens = new Tokens(http, endpoint, "repository:" + repository + ":pull", limits.answer());
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /**
   * An answer that was looked at.
   *
   * @param partial whether it begins where the range asked for
   * @param body to be closed
   */
  record Answer(boolean partial, HttpResponse<InputStream> response, InputStream body)
      implements AutoCloseable {
    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  /**
   * Asks once.
   *
   * @throws PullException for what another try does not mend
   * @throws IOException for what it may
   */
  Answer get(URI address, Map<String, String> headers) throws IOException, InterruptedException {
    HttpResponse<InputStream> response = followed(address, headers);
    if (response.statusCode() == UNAUTHORIZED) {
      response.body().close();
      authorization = Optional.of(tokens.answer(response.headers().allValues("WWW-Authenticate")));
      response = followed(address, headers);
    }
    int status = response.statusCode();
    if (status == OK || status == PARTIAL) {
      InputStream body = new WatchedBody(response.body(), timer, limits.stall());
      return new Answer(status == PARTIAL, response, body);
    }
    response.body().close();
    throw failure(address, status);
  }

  private static IOException failure(URI address, int status) {
    String where = address.getAuthority() + " answered " + status;
    return switch (status) {
      case UNAUTHORIZED, FORBIDDEN ->
          new PullException(
              PullException.Reason.DENIED,
              "pull access denied, repository does not exist or may require authorization: "
                  + where);
      case NOT_FOUND -> new PullException(PullException.Reason.NOT_FOUND, "not found: " + where);
      case RANGE_NOT_SATISFIABLE -> new RangeRefusedException(where);
      default ->
          status == TOO_MANY_REQUESTS || status >= SERVER_ERRORS
              ? new IOException(where)
              : new PullException(PullException.Reason.UNAVAILABLE, where);
    };
  }

  /** The server has not so much of the blob as we have. */
  static final class RangeRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RangeRefusedException(String message) {
      super(message);
    }
  }

  private HttpResponse<InputStream> followed(URI address, Map<String, String> headers)
      throws IOException, InterruptedException {
    URI at = address;
    for (int hop = 0; hop <= REDIRECTS_MAX; hop++) {
      boolean own = at.getAuthority().equals(address.getAuthority());
      HttpResponse<InputStream> response = sent(at, headers, own);
      Optional<String> location = response.headers().firstValue("Location");
      if (response.statusCode() / 100 != 3 || location.isEmpty()) {
        return response;
      }
      response.body().close();
      URI next = at.resolve(location.get());
      if (next.getAuthority() == null
          || (at.getScheme().equals("https") && !"https".equals(next.getScheme()))) {
        throw new PullException(
            PullException.Reason.UNAVAILABLE, at.getAuthority() + " redirects to " + next);
      }
      at = next;
    }
    throw new PullException(
        PullException.Reason.UNAVAILABLE, address.getAuthority() + " redirects without end");
  }

  private HttpResponse<InputStream> sent(URI at, Map<String, String> headers, boolean own)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(at).timeout(limits.answer());
    headers.forEach(request::header);
    if (own) {
      authorization.ifPresent(value -> request.header("Authorization", value));
    }
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (SSLHandshakeException e) {
      throw new PullException(
          PullException.Reason.UNAVAILABLE,
          at.getAuthority() + " shows no certificate to be trusted: " + e.getMessage(),
          e);
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new IOException(at.getAuthority() + ": " + why, e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
