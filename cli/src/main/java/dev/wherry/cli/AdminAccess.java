package dev.wherry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.address.AddressText;
import dev.wherry.machinery.client.HttpsApiClient;
import dev.wherry.machinery.client.HttpsConfig;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Endpoints;
import dev.wherry.model.json.Yaml;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** The API as the administrator, by the kubeconfig in a server's data directory. */
public record AdminAccess(HttpsApiClient api, X509Certificate authority) implements AutoCloseable {

  /**
   * @throws IOException with a sentence for the user when this is no server's data directory
   */
  public static AdminAccess open(Path dataDirectory, Timer timer) throws IOException {
    Path file = kubeconfig(dataDirectory);
    JsonNode config;
    try {
      config = Yaml.parse(Files.readAllBytes(file)).tree();
    } catch (NoSuchFileException e) {
      throw new IOException(
          file + " is missing: run this on the server, or give its --data-dir", e);
    } catch (AccessDeniedException e) {
      throw new IOException(file + " cannot be read: run this as root", e);
    }
    JsonNode cluster = config.path("clusters").path(0).path("cluster");
    JsonNode user = config.path("users").path(0).path("user");
    X509Certificate authority = Pem.certificate(text(cluster, "certificate-authority-data"));
    TlsIdentity identity =
        TlsIdentity.parse(text(user, "client-certificate-data"), text(user, "client-key-data"));
    HttpsConfig https =
        HttpsConfig.ofCertificate(
            URI.create(cluster.path("server").asText()),
            () -> TlsContexts.mutual(() -> identity, List.of(authority)));
    return new AdminAccess(new HttpsApiClient(https, timer), authority);
  }

  /** Where a server keeps it, mode 0600. */
  public static Path kubeconfig(Path dataDirectory) {
    return dataDirectory.resolve("admin.kubeconfig");
  }

  String authorityHash() {
    return CertificateAuthority.fingerprint(authority);
  }

  /** The URL at which other hosts reach the API: what the {@code kubernetes} Service points to. */
  String advertisedUrl() throws IOException {
    Endpoints endpoints = api.get(Endpoints.KIND, "default", "kubernetes");
    for (var subset : endpoints.subsets()) {
      if (!subset.addresses().isEmpty() && !subset.ports().isEmpty()) {
        String ip = subset.addresses().getFirst().ip();
        String host = AddressText.bracketed(ip);
        return "https://" + host + ":" + subset.ports().getFirst().port();
      }
    }
    throw new IOException("the server has not published its address yet; try again in a moment");
  }

  private static String text(JsonNode node, String field) {
    byte[] decoded = Base64.getDecoder().decode(node.path(field).asText());
    return new String(decoded, StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    api.close();
  }
}
