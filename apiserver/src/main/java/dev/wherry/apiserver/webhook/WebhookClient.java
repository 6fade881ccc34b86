package dev.wherry.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.pki.ClientTls;
import dev.wherry.apiserver.proxy.ServiceCalls;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.model.status.ApiException;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/** Posts JSON to a webhook as its WebhookClientConfig says. */
public final class WebhookClient implements AutoCloseable {
  private static final int SERVICE_PORT = 443;

  /** Bundles of authorities whose contexts are kept; there are few webhooks. */
  private static final int TRUSTS_MAX = 64;

  private final ServiceCalls services;
  private final ConcurrentHashMap<String, Trust> trusts = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  public WebhookClient(ServiceCalls services) {
    this.services = services;
  }

  /** What it takes to talk to webhooks under one bundle of authorities. */
  private record Trust(SslContext services, HttpClient urls) {}

  /**
   * What is sent.
   *
   * @param config {@code url} or {@code service}, and {@code caBundle}
   * @param query such as {@code ?timeout=10s}, or ""
   */
  public record Call(JsonNode config, String query, byte[] body) {
    /** Where it goes, as messages say it. */
    String address() {
      JsonNode service = config.path("service");
      return service.isObject()
          ? "https://%s.%s.svc:%d%s"
              .formatted(
                  service.path("name").asText(),
                  service.path("namespace").asText(),
                  service.path("port").asInt(SERVICE_PORT),
                  path())
          : config.path("url").asText() + query;
    }

    /** Why it was in vain, as upstream's client says it. */
    public String said(String why) {
      return "Post \"" + address() + "\": " + why;
    }

    private String path() {
      String path = config.path("service").path("path").asText("/");
      return (path.startsWith("/") ? path : "/" + path) + query;
    }

    private ServiceCalls.Call toService() {
      JsonNode service = config.path("service");
      return new ServiceCalls.Call(
          service.path("namespace").asText(),
          service.path("name").asText(),
          service.path("port").asInt(SERVICE_PORT),
          path(),
          body);
    }
  }

  /**
   * Posts and waits; the whole answer has to be there in time.
   *
   * @throws IOException when there is no good answer in time, in the words of upstream's client
   */
  public byte[] post(Call call, Duration timeout) throws IOException {
    Answer reply;
    try {
      Trust trust = trust(call.config().path("caBundle").asText());
      reply =
          call.config().path("service").isObject()
              ? toService(call, trust.services(), timeout)
              : toUrl(call, trust.urls(), timeout);
    } catch (SocketTimeoutException e) {
      throw new IOException(call.said("context deadline exceeded"), e);
    } catch (IOException | ApiException | PkiException | IllegalArgumentException e) {
      throw new IOException(call.said(Refusal.text(e)), e);
    }
    if (reply.code() / 100 != 2) {
      throw new IOException(Refusal.of(reply.code(), reply.body()));
    }
    return reply.body();
  }

  private Trust trust(String caBundle) {
    if (trusts.size() > TRUSTS_MAX) {
      // Clients that are still at work end when their last call has.
      trusts.clear();
    }
    return trusts.computeIfAbsent(
        caBundle,
        bundle -> {
          SSLContext context = context(bundle);
          return new Trust(
              ClientTls.over(context),
              HttpClient.newBuilder().sslContext(context).executor(threads).build());
        });
  }

  /** Without a bundle the host's own authorities are trusted. */
  private static SSLContext context(String caBundle) {
    if (caBundle.isEmpty()) {
      try {
        return SSLContext.getDefault();
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has TLS", e);
      }
    }
    String pem = new String(Base64.getDecoder().decode(caBundle), StandardCharsets.UTF_8);
    List<X509Certificate> authorities = Pem.certificates(pem);
    return TlsContexts.trusting(authorities);
  }

  /** An answer with its HTTP code. */
  private record Answer(int code, byte[] body) {}

  private Answer toService(Call call, SslContext tls, Duration timeout) throws IOException {
    ServiceCalls.Reply reply = services.post(call.toService(), tls, timeout);
    return new Answer(reply.code(), reply.body());
  }

  private static Answer toUrl(Call call, HttpClient client, Duration timeout) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(call.address()))
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(call.body()))
            .build();
    // The client's own timeout ends with the headers; an answer's body may hang as well.
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), ServiceCalls.ANSWER_BYTES_MAX));
    try {
      HttpResponse<byte[]> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(response.statusCode(), response.body());
    } catch (TimeoutException e) {
      throw ServiceCalls.late(timeout, e);
    } catch (ExecutionException e) {
      throw new IOException(Refusal.text(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      answer.cancel(true);
    }
  }

  @Override
  public void close() {
    trusts.values().forEach(trust -> trust.urls().shutdownNow());
    threads.shutdownNow();
  }
}
