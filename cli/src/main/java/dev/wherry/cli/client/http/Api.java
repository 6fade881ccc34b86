package dev.wherry.cli.client.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.kubeconfig.Access;
import dev.wherry.cli.kubeconfig.KubeconfigException;
import dev.wherry.machinery.client.ApiTransport;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/** One server, reached as one user: HTTP/2 over TLS, no proxy. */
public final class Api implements AutoCloseable {
  /** The media type of plain objects. */
  public static final String JSON = "application/json";

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);
  private static final int ERROR_BYTES_MAX = 256 * 1024;

  private final Access access;
  private final String base;
  private final Consumer<String> warnings;
  private final Duration timeout;
  private final HttpClient http;

  /**
   * @param timeout of one request, zero for none
   * @param warnings takes the texts of Warning headers
   * @throws ClientException when URL or credentials cannot be used
   */
  public Api(Access access, Duration timeout, Consumer<String> warnings) {
    this.access = access;
    String server = access.server();
    this.base = server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
    this.warnings = warnings;
    this.timeout = timeout;
    this.http = connect(access);
  }

  private static HttpClient connect(Access access) {
    try {
      HttpClient.Builder builder =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_2)
              .connectTimeout(CONNECT_TIMEOUT)
              .followRedirects(HttpClient.Redirect.NEVER)
              .proxy(HttpClient.Builder.NO_PROXY)
              .executor(Executors.newVirtualThreadPerTaskExecutor());
      if (access.server().startsWith("https:")) {
        access.tls().secure(builder);
      }
      return builder.build();
    } catch (GeneralSecurityException | PkiException e) {
      throw new KubeconfigException("the kubeconfig's credentials: " + e.getMessage(), e);
    }
  }

  /** Host and port of the server. */
  public String authority() {
    return String.valueOf(URI.create(base).getAuthority());
  }

  /** The server's URL without a slash at its end. */
  public String address() {
    return base;
  }

  public JsonNode get(String path) {
    return Json.parse(send("GET", path, JSON, "", new byte[0]));
  }

  /** The same, or nothing where the server has no such thing. */
  public Optional<JsonNode> find(String path) {
    try {
      return Optional.of(get(path));
    } catch (ApiException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Sends an object and reads one. */
  public JsonNode exchange(String method, String path, String contentType, JsonNode body) {
    byte[] answer = send(method, path, JSON, contentType, Json.write(body));
    return answer.length == 0 ? Json.object() : Json.parse(answer);
  }

  /**
   * Sends one request.
   *
   * @param contentType "" when there is no body
   * @throws ApiException when the server refuses
   * @throws ClientException when it cannot be reached
   */
  public byte[] send(String method, String path, String accept, String contentType, byte[] body) {
    HttpRequest.Builder request = request(path).header("Accept", accept);
    if (!contentType.isEmpty()) {
      request.header("Content-Type", contentType);
    }
    if (!timeout.isZero()) {
      request.timeout(timeout);
    }
    request.method(
        method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    HttpResponse<byte[]> response = send(request.build(), BodyHandlers.ofByteArray());
    if (response.statusCode() / 100 != 2) {
      throw ApiTransport.refusal(response.statusCode(), response.body());
    }
    return response.body();
  }

  /** Opens a stream that the caller closes. */
  public InputStream open(String path, String accept) {
    HttpRequest request = request(path).header("Accept", accept).GET().build();
    HttpResponse<InputStream> response = send(request, BodyHandlers.ofInputStream());
    if (response.statusCode() / 100 == 2) {
      return response.body();
    }
    try (InputStream in = response.body()) {
      throw ApiTransport.refusal(response.statusCode(), in.readNBytes(ERROR_BYTES_MAX));
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path)).header("User-Agent", "wherry");
    Credentials.of(access).forEach(header -> request.header(header.name(), header.value()));
    return request;
  }

  private <B> HttpResponse<B> send(HttpRequest request, BodyHandler<B> handler) {
    try {
      HttpResponse<B> response = http.send(request, handler);
      response.headers().allValues("Warning").forEach(value -> warnings.accept(warning(value)));
      return response;
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ClientException.error("interrupted");
    }
  }

  /** The text of {@code 299 - "text"} (RFC 7234, 5.5). */
  private static String warning(String value) {
    int from = value.indexOf('"');
    int to = value.lastIndexOf('"');
    return to > from
        ? value.substring(from + 1, to).replace("\\\"", "\"").replace("\\\\", "\\")
        : value;
  }

  /** Starts a WebSocket; the handshake's refusal arrives as the future's failure. */
  public java.util.concurrent.CompletableFuture<WebSocket> webSocket(
      String path, String protocol, WebSocket.Listener listener) {
    WebSocket.Builder builder =
        http.newWebSocketBuilder().connectTimeout(CONNECT_TIMEOUT).subprotocols(protocol);
    Credentials.of(access).forEach(header -> builder.header(header.name(), header.value()));
    return builder.buildAsync(URI.create("ws" + base.substring("http".length()) + path), listener);
  }

  /** The line for a server out of reach, with what to do about it. */
  public ClientException unreachable(Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof ConnectException) {
        return ClientException.verbatim(
            "The connection to the server "
                + authority()
                + " was refused: is it running? On this host 'wherry up' starts it");
      }
      if (at instanceof SSLException) {
        return ClientException.verbatim("Unable to connect to the server: tls: " + at.getMessage());
      }
    }
    String message = cause.getMessage();
    return ClientException.verbatim(
        "Unable to connect to the server: "
            + (message == null ? cause.getClass().getSimpleName() : message));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
