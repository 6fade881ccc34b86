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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/**
 * The keys of an issuer, fetched over TLS: at the start until that works, every hour, and when a
 * token names a key that is not among them, which is how issuers change their keys. One virtual
 * thread fetches; nobody else waits longer than {@link #WAIT_MAX}.
 */
final class IssuerKeys implements AutoCloseable {
  /** How long a token waits for new keys. */
  static final Duration WAIT_MAX = Duration.ofSeconds(5);

  /** Tokens with made-up key ids make the issuer be asked no oftener. */
  static final Duration AGAIN_MIN = Duration.ofSeconds(10);

  private static final Duration AGAIN = Duration.ofHours(1);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  /** Bytes of a document of an issuer. */
  private static final int DOCUMENT_BYTES_MAX = 1 << 20;

  private static final System.Logger LOG = System.getLogger(IssuerKeys.class.getName());

  private final IssuerConfig config;
  private final HttpClient client;
  private final InstantSource clock;
  private final Semaphore wanted = new Semaphore(0);
  private final Thread thread;

  /** What was fetched, and when; {@link Instant#MIN} before anything was. */
  private record State(JsonWebKeys keys, Instant at) {}

  private final CountDownLatch tried = new CountDownLatch(1);
  private volatile State state = new State(JsonWebKeys.NONE, Instant.MIN);

  /** Tells of the end of the next fetch that begins: one under way may bring what was before. */
  private CountDownLatch next = new CountDownLatch(1);

  IssuerKeys(IssuerConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
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
    State now = state;
    if (now.keys().signed(token)) {
      return true;
    }
    boolean known = !token.keyId().isEmpty() && now.keys().has(token.keyId());
    boolean recent = clock.instant().isBefore(later(now.at(), AGAIN_MIN));
    if (known || recent) {
      return false;
    }
    boolean _ = await(ask(), WAIT_MAX);
    return state.keys().signed(token);
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
    return await(tried, time) && !state.at().equals(Instant.MIN);
  }

  private static boolean await(CountDownLatch latch, Duration time) {
    try {
      return latch.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Instant later(Instant from, Duration by) {
    return from.equals(Instant.MIN) ? from : from.plus(by);
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        CountDownLatch ended = begin();
        Duration pause = AGAIN_MIN;
        try {
          pause = fetch() ? AGAIN : AGAIN_MIN;
        } finally {
          tried.countDown();
          ended.countDown();
        }
        boolean _ = wanted.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
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
      JsonWebKeys keys = JsonWebKeys.of(get(keysUrl));
      state = new State(keys, clock.instant());
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
    HttpResponse<byte[]> answer =
        client.send(
            request,
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), DOCUMENT_BYTES_MAX));
    if (answer.statusCode() != 200) {
      throw new IOException(url + " answered " + answer.statusCode());
    }
    return Json.parse(answer.body());
  }

  @Override
  public void close() {
    thread.interrupt();
    client.shutdownNow();
  }
}
