package dev.wherry.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.proxy.ServiceCalls;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.model.status.ApiException;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import java.io.IOException;
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
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;

/** Posts JSON to a webhook as its WebhookClientConfig says. */
public final class WebhookClient implements AutoCloseable {
  private static final int SERVICE_PORT = 443;

  /** Authorities whose clients are kept; there are few webhooks. */
  private static final int CLIENTS_MAX = 64;

  private final ServiceCalls services;
  private final ConcurrentHashMap<String, HttpClient> clients = new ConcurrentHashMap<>();

  public WebhookClient(ServiceCalls services) {
    this.services = services;
  }

  /**
   * Posts and waits.
   *
   * @param config {@code url} or {@code service}, and {@code caBundle}
   * @throws IOException when there is no good answer in time
   */
  public byte[] post(JsonNode config, byte[] body, Duration timeout) throws IOException {
    String caBundle = config.path("caBundle").asText();
    JsonNode service = config.path("service");
    try {
      return service.isObject()
          ? services.post(call(service, body), tls(caBundle), timeout)
          : toUrl(config.path("url").asText(), caBundle, body, timeout);
    } catch (ApiException | PkiException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static ServiceCalls.Call call(JsonNode service, byte[] body) {
    String path = service.path("path").asText("/");
    return new ServiceCalls.Call(
        service.path("namespace").asText(),
        service.path("name").asText(),
        service.path("port").asInt(SERVICE_PORT),
        path.startsWith("/") ? path : "/" + path,
        body);
  }

  private static JdkSslContext tls(String caBundle) {
    return new JdkSslContext(context(caBundle), true, ClientAuth.NONE);
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

  private byte[] toUrl(String url, String caBundle, byte[] body, Duration timeout)
      throws IOException {
    if (clients.size() > CLIENTS_MAX) {
      clients.clear();
    }
    HttpClient client =
        clients.computeIfAbsent(
            caBundle, bundle -> HttpClient.newBuilder().sslContext(context(bundle)).build());
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try {
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() / 100 != 2) {
        throw new IOException("the server answered " + answer.statusCode());
      }
      return answer.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    clients.values().forEach(HttpClient::shutdownNow);
  }
}
