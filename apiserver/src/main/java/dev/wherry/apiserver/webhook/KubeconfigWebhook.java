package dev.wherry.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Posts reviews to the server of a kubeconfig, again when it is only busy or broken for a moment
 * (apiserver util/webhook). Any thread.
 */
public final class KubeconfigWebhook implements AutoCloseable {
  /** Upstream's pause before the second attempt. */
  public static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  private static final int ATTEMPTS_MAX = 5;
  private static final double PAUSE_GROWTH = 1.5;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final int ANSWER_BYTES_MAX = 1 << 20;
  private static final Set<Integer> PASSING_CODES = Set.of(429, 500, 504);

  private final WebhookKubeconfig config;
  private final Duration firstPause;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client;
  private final Semaphore never = new Semaphore(0);

  private KubeconfigWebhook(WebhookKubeconfig config, Duration firstPause) {
    this.config = config;
    this.firstPause = firstPause;
    this.client =
        HttpClient.newBuilder()
            .sslContext(config.tls())
            .connectTimeout(CONNECT_TIMEOUT)
            .executor(threads)
            .build();
  }

  /**
   * Reads where the webhook is.
   *
   * @param file a kubeconfig
   * @throws ConfigException when the file leads nowhere
   */
  public static KubeconfigWebhook open(Path file, Duration firstPause) {
    return new KubeconfigWebhook(WebhookKubeconfig.read(file), firstPause);
  }

  /** A failure that may have passed a moment later. */
  private static final class Passing extends IOException {
    private static final long serialVersionUID = 1L;

    Passing(String message) {
      super(message);
    }
  }

  /**
   * Posts and waits.
   *
   * @param timeout of one attempt, the whole answer included
   * @throws IOException when there is no good answer
   */
  public JsonNode post(JsonNode review, Duration timeout) throws IOException, InterruptedException {
    byte[] body = Json.write(review);
    double pauseMillis = firstPause.toMillis();
    for (int attempt = 1; attempt < ATTEMPTS_MAX; attempt++) {
      try {
        return once(body, timeout);
      } catch (Passing _) {
        boolean _ = never.tryAcquire((long) pauseMillis, TimeUnit.MILLISECONDS);
        pauseMillis *= PAUSE_GROWTH;
      }
    }
    return once(body, timeout);
  }

  private JsonNode once(byte[] body, Duration timeout) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = send(body, timeout);
    int code = answer.statusCode();
    if (code / 100 != 2) {
      String why = Refusal.of(code, answer.body());
      throw PASSING_CODES.contains(code) || answer.headers().firstValue("Retry-After").isPresent()
          ? new Passing(why)
          : new IOException(why);
    }
    try {
      return Json.parse(answer.body());
    } catch (DecodeException e) {
      throw new IOException("it answered no JSON: " + e.getMessage(), e);
    }
  }

  private HttpResponse<byte[]> send(byte[] body, Duration timeout)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(config.server())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (!config.token().isEmpty()) {
      request.header("Authorization", "Bearer " + config.token());
    }
    // The client's own timeout ends with the headers; an answer's body may hang as well.
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request.build(),
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new SocketTimeoutException("it did not answer within " + timeout.toMillis() + " ms");
    } catch (ExecutionException e) {
      String why = Refusal.text(e);
      throw why.contains("reset") || why.contains("GOAWAY")
          ? new Passing(why)
          : new IOException(why, e);
    } finally {
      answer.cancel(true);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }
}
