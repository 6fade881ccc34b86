package dev.wherry.machinery.client;

import dev.wherry.machinery.time.Timer;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends single requests: identity, time limits, retries when the server asks for patience. */
final class HttpExchange implements ApiTransport {
  /** As client-go: how often a request comes back after a Retry-After. */
  static final int RETRIES_MAX = 10;

  private static final int RETRY_AFTER_SECONDS_MAX = 60;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final HttpsConfig config;
  private final Timer timer;
  private final RequestFigures figures;
  private volatile HttpClient http;

  HttpExchange(HttpsConfig config, Timer timer) {
    this.config = config;
    this.timer = timer;
    this.figures = new RequestFigures(config.server().getAuthority());
    this.http = connect();
  }

  private HttpClient connect() {
    return HttpClient.newBuilder()
        .sslContext(config.tls().get())
        .version(HttpClient.Version.HTTP_2)
        .connectTimeout(CONNECT_TIMEOUT)
        .followRedirects(HttpClient.Redirect.NEVER)
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .build();
  }

  RequestFigures figures() {
    return figures;
  }

  void reconnect() {
    HttpClient before = http;
    http = connect();
    before.shutdown();
  }

  /** New connections from now on; what runs on the old ones ends with an error. */
  void abandon() {
    replace(http);
  }

  private synchronized void replace(HttpClient broken) {
    if (http == broken) {
      http = connect();
      // Ending its streams can block.
      Thread.ofVirtual().start(broken::shutdownNow);
    }
  }

  void close() {
    http.shutdownNow();
  }

  @Override
  public byte[] send(String method, String path, String accept, String contentType, byte[] body) {
    HttpRequest request = request(method, path, accept, contentType, body);
    HttpResponse<byte[]> response = patiently(request, BodyHandlers.ofByteArray());
    if (response.statusCode() / 100 != 2) {
      throw ApiTransport.refusal(response.statusCode(), response.body());
    }
    return response.body();
  }

  @Override
  public InputStream open(String path, String accept) {
    HttpRequest request = request("GET", path, accept, "", new byte[0]);
    HttpResponse<InputStream> response = patiently(request, BodyHandlers.ofInputStream());
    if (response.statusCode() / 100 == 2) {
      return SilenceLimit.on(response.body(), timer);
    }
    try (InputStream in = response.body()) {
      throw ApiTransport.refusal(response.statusCode(), in.readNBytes(REFUSAL_BYTES_MAX));
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private HttpRequest request(
      String method, String path, String accept, String contentType, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(config.server().resolve(path))
            .header("Accept", accept)
            .header("User-Agent", config.userAgent());
    String token = config.bearerToken().get();
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    if (!contentType.isEmpty()) {
      request.header("Content-Type", contentType);
    }
    return request
        .method(
            method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
        .build();
  }

  private <B> HttpResponse<B> patiently(HttpRequest request, BodyHandler<B> handler) {
    long began = System.nanoTime();
    try {
      return untilTaken(request, handler);
    } finally {
      figures.took(request.method(), System.nanoTime() - began);
    }
  }

  private <B> HttpResponse<B> untilTaken(HttpRequest request, BodyHandler<B> handler) {
    for (int retry = 0; ; retry++) {
      HttpResponse<B> response = once(request, handler);
      long seconds = response.headers().firstValueAsLong("Retry-After").orElse(0);
      boolean again =
          seconds > 0 && (response.statusCode() == 429 || response.statusCode() / 100 == 5);
      if (!again || retry >= RETRIES_MAX) {
        return response;
      }
      drop(response);
      try {
        timer.pause(Duration.ofSeconds(Math.min(seconds, RETRY_AFTER_SECONDS_MAX)));
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
  }

  /** A stream that nobody reads would hold its HTTP/2 stream. */
  private static void drop(HttpResponse<?> response) {
    if (response.body() instanceof InputStream stream) {
      try {
        stream.close();
      } catch (IOException e) {
        // It is given up anyway.
      }
    }
  }

  private <B> HttpResponse<B> once(HttpRequest request, BodyHandler<B> handler) {
    HttpClient used = http;
    CompletableFuture<HttpResponse<B>> sent = used.sendAsync(request, handler);
    String code = RequestFigures.NO_ANSWER;
    try {
      HttpResponse<B> response =
          sent.get(config.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
      code = Integer.toString(response.statusCode());
      return response;
    } catch (InterruptedException e) {
      sent.cancel(true);
      throw interrupted();
    } catch (TimeoutException e) {
      sent.cancel(true);
      // A connection whose address went away takes bytes for minutes and answers nothing.
      replace(used);
      throw new ApiException(
          Reason.TIMEOUT,
          request.method() + " " + request.uri() + ": no answer in " + config.requestTimeout());
    } catch (ExecutionException e) {
      throw unreachable(e.getCause() == null ? e : e.getCause());
    } finally {
      figures.answered(request.method(), code);
    }
  }

  private ApiException unreachable(Throwable cause) {
    String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return new ApiException(
        Reason.SERVICE_UNAVAILABLE, "cannot reach " + config.server() + ": " + why);
  }

  private static ApiException interrupted() {
    Thread.currentThread().interrupt();
    return new ApiException(Reason.TIMEOUT, "the request was given up");
  }
}
