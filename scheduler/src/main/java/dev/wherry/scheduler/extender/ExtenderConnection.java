package dev.wherry.scheduler.extender;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.pki.PeerTls;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.model.json.Json;
import dev.wherry.scheduler.config.ExtenderConfig;
import dev.wherry.scheduler.framework.ExtenderException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One extender's HTTP: a POST of JSON for each verb, one client for all. */
final class ExtenderConnection implements AutoCloseable {
  /** Enough for every node of the largest cluster with all its images. */
  private static final long ANSWER_BYTES_MAX = 256L << 20;

  private final ExtenderConfig config;
  private final HttpClient http;

  /**
   * @throws ExtenderException when its keys or certificates are unfit
   */
  ExtenderConnection(ExtenderConfig config) {
    this.config = config;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(config.httpTimeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(Executors.newVirtualThreadPerTaskExecutor());
    config.tls().ifPresent(tls -> secure(builder, tls));
    this.http = builder.build();
  }

  private void secure(HttpClient.Builder builder, PeerTls tls) {
    try {
      tls.secure(builder);
    } catch (GeneralSecurityException | PkiException e) {
      throw new ExtenderException("extender " + config.urlPrefix() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Asks; returns what was answered.
   *
   * @throws ExtenderException when there was no answer of status 200 in time
   */
  JsonNode call(String verb, JsonNode body) {
    String url = config.urlPrefix().replaceAll("/+$", "") + "/" + verb;
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(config.httpTimeout())
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(Json.write(body)))
            .build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
    try {
      HttpResponse<byte[]> response =
          answer.get(config.httpTimeout().toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new ExtenderException(
            "failed %s with extender at URL %s, code %d"
                .formatted(verb, url, response.statusCode()));
      }
      return Json.parse(response.body());
    } catch (TimeoutException e) {
      throw new ExtenderException(
          "extender at URL %s gave no answer in %d ms"
              .formatted(url, config.httpTimeout().toMillis()),
          e);
    } catch (ExecutionException e) {
      throw new ExtenderException("extender at URL " + url + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExtenderException("the scheduler stops", e);
    } finally {
      answer.cancel(true);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
