package dev.wherry.scheduler.extender;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.pki.NamedTrustManager;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.pki.TrustingManager;
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
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

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

  private void secure(HttpClient.Builder builder, ExtenderConfig.Tls tls) {
    try {
      KeyManager[] keys = new KeyManager[0];
      if (!tls.certificatePem().isEmpty()) {
        TlsIdentity identity =
            new TlsIdentity(Pem.privateKey(tls.keyPem()), Pem.certificates(tls.certificatePem()));
        keys = new KeyManager[] {TlsContexts.keyManager(() -> identity)};
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, new TrustManager[] {trust(tls)}, new SecureRandom());
      builder.sslContext(context);
      if (!tls.serverName().isEmpty()) {
        SSLParameters parameters = new SSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(tls.serverName())));
        builder.sslParameters(parameters);
      }
    } catch (GeneralSecurityException | PkiException e) {
      throw new ExtenderException("extender " + config.urlPrefix() + ": " + e.getMessage(), e);
    }
  }

  private static X509ExtendedTrustManager trust(ExtenderConfig.Tls tls)
      throws GeneralSecurityException {
    if (tls.insecure()) {
      return new TrustingManager();
    }
    X509ExtendedTrustManager authorities =
        tls.authorityPem().isEmpty()
            ? ofRuntime()
            : TlsContexts.trustManager(Pem.certificates(tls.authorityPem()));
    return tls.serverName().isEmpty()
        ? authorities
        : new NamedTrustManager(authorities, tls.serverName());
  }

  private static X509ExtendedTrustManager ofRuntime() throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new GeneralSecurityException("this Java runtime has no X.509 trust manager");
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
