package dev.wherry.apiserver.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.token.SignedToken;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * The keys of an issuer, fetched over TLS: at the start until that works, every hour, and when a
 * token names a key that is not among them, which is how issuers change their keys. An issuer that
 * fails is left alone for a while, twice as long after each failure, whatever tokens come. One
 * virtual thread fetches; nobody else waits longer than {@link #WAIT_MAX}.
 */
final class IssuerKeys implements AutoCloseable {
  /** How long a token waits for new keys. */
  static final Duration WAIT_MAX = Duration.ofSeconds(5);

  /** Tokens with made-up key ids make the issuer be asked no oftener. */
  static final Duration AGAIN_MIN = Duration.ofSeconds(10);

  /** After the first failure. */
  static final Duration FAILED_PAUSE = Duration.ofSeconds(1);

  /** After many. */
  static final Duration FAILED_PAUSE_MAX = Duration.ofMinutes(1);

  private static final Duration AGAIN = Duration.ofHours(1);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  /** Bytes of a document of an issuer. */
  private static final int DOCUMENT_BYTES_MAX = 1 << 20;

  /** Beyond this every pause is the longest. */
  private static final int DOUBLINGS_MAX = 20;

  private static final System.Logger LOG = System.getLogger(IssuerKeys.class.getName());

  private final IssuerConfig config;
  private final HttpClient client;
  private final InstantSource clock;
  private final Semaphore wanted = new Semaphore(0);
  private final Thread thread;

  private final CountDownLatch tried = new CountDownLatch(1);
  private final Semaphore never = new Semaphore(0);
  private final Duration failedPause;
  private volatile Optional<JsonWebKeys> keys = Optional.empty();

  /** Until then no token makes the issuer be asked. */
  private volatile Instant leftAloneUntil = Instant.MIN;

  /** Tells of the end of the next fetch that begins: one under way may bring what was before. */
  private CountDownLatch next = new CountDownLatch(1);

  /**
   * @param failedPause before the second attempt after a failure
   */
  IssuerKeys(IssuerConfig config, InstantSource clock, Duration failedPause) {
    this.config = config;
    this.clock = clock;
    this.failedPause = failedPause;
    this.client =
        HttpClient.newBuilder()
            .sslContext(tls(config))
            .connectTimeout(REQUEST_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    this.thread = Thread.ofVirtual().name("issuer-keys").start(this::run);
  }

  private static SSLContext tls(IssuerConfig config) {
    if (!config.authorities().isEmpty()) {
      return TlsContexts.trusting(config.authorities());
    }
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  /** Whether the issuer signed the token; asks for newer keys when it may have changed them. */
  boolean signed(SignedToken token) {
    boolean _ = await(tried, WAIT_MAX);
    Optional<JsonWebKeys> now = keys;
    if (isSigned(token)) {
      return true;
    }
    boolean known = !token.keyId().isEmpty() && now.isPresent() && now.get().has(token.keyId());
    if (known || clock.instant().isBefore(leftAloneUntil)) {
      return false;
    }
    boolean _ = await(ask(), WAIT_MAX);
    return isSigned(token);
  }

  private boolean isSigned(SignedToken token) {
    return keys.isPresent() && keys.get().signed(token);
  }

  private synchronized CountDownLatch ask() {
    wanted.release();
    return next;
  }

  /** From here on who asks wants another fetch. */
  private synchronized CountDownLatch begin() {
    wanted.drainPermits();
    CountDownLatch ended = next;
    next = new CountDownLatch(1);
    return ended;
  }

  /** Whether keys were fetched; waits for the first try. */
  boolean await(Duration time) {
    return await(tried, time) && keys.isPresent();
  }

  private static boolean await(CountDownLatch latch, Duration time) {
    try {
      return latch.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void run() {
    try {
      int failures = 0;
      while (!Thread.currentThread().isInterrupted()) {
        CountDownLatch ended = begin();
        try {
          failures = fetch() ? 0 : failures + 1;
          leftAloneUntil = clock.instant().plus(failures == 0 ? AGAIN_MIN : pause(failures));
        } finally {
          tried.countDown();
          ended.countDown();
        }
        boolean _ =
            failures == 0
                ? wanted.tryAcquire(AGAIN.toMillis(), TimeUnit.MILLISECONDS)
                : never.tryAcquire(pause(failures).toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration pause(int failures) {
    Duration pause = failedPause.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS_MAX));
    return pause.compareTo(FAILED_PAUSE_MAX) < 0 ? pause : FAILED_PAUSE_MAX;
  }

  private boolean fetch() throws InterruptedException {
    try {
      JsonNode discovery = get(config.discoveryUrl());
      if (!discovery.path("issuer").asText().equals(config.url())) {
        throw new IOException(
            "the issuer calls itself \"" + discovery.path("issuer").asText() + "\"");
      }
      String keysUrl = discovery.path("jwks_uri").asText();
      if (!keysUrl.startsWith("https://")) {
        throw new IOException("jwks_uri is no https URL");
      }
      keys = Optional.of(JsonWebKeys.of(get(keysUrl)));
      return true;
    } catch (IOException | DecodeException | IllegalArgumentException e) {
      LOG.log(Level.WARNING, "issuer=" + config.url() + " why=\"" + e.getMessage() + "\"");
      return false;
    }
  }

  private JsonNode get(String url) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(REQUEST_TIMEOUT)
            .header("Accept", "application/json")
            .build();
    HttpResponse<byte[]> answer = answer(request);
    if (answer.statusCode() != 200) {
      throw new IOException(url + " answered " + answer.statusCode());
    }
    return Json.parse(answer.body());
  }

  /** The client's own timeout ends with the headers; a body may hang as well. */
  private HttpResponse<byte[]> answer(HttpRequest request)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), DOCUMENT_BYTES_MAX));
    try {
      return answer.get(REQUEST_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          request.uri() + " did not answer in " + REQUEST_TIMEOUT.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    } finally {
      answer.cancel(true);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    client.shutdownNow();
  }
}
