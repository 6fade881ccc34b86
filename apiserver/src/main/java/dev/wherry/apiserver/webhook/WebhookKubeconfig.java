package dev.wherry.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Yaml;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Where a webhook is and how to show oneself to it, in a kubeconfig file: the form that upstream's
 * webhooks for tokens and authorisation are configured in.
 *
 * @param token "" for none
 */
record WebhookKubeconfig(URI server, SSLContext tls, String token) {
  /**
   * Reads the current context of a file.
   *
   * @throws ConfigException when it leads nowhere
   */
  static WebhookKubeconfig read(Path file) {
    try {
      JsonNode root = Yaml.parse(Files.readAllBytes(file)).tree();
      JsonNode context =
          named(root, "contexts", Trees.text(root, "current-context")).path("context");
      JsonNode cluster = named(root, "clusters", Trees.text(context, "cluster")).path("cluster");
      JsonNode user = named(root, "users", Trees.text(context, "user")).path("user");
      URI server = URI.create(Trees.text(cluster, "server"));
      if (!"https".equals(server.getScheme())) {
        throw new IllegalArgumentException("the cluster's server is no https URL");
      }
      return new WebhookKubeconfig(server, tls(file, cluster, user), Trees.text(user, "token"));
    } catch (IOException | DecodeException | PkiException | IllegalArgumentException e) {
      throw new ConfigException(file.toString(), List.of(String.valueOf(e.getMessage())));
    }
  }

  private static JsonNode named(JsonNode root, String list, String name) {
    for (JsonNode item : root.path(list)) {
      if (Trees.text(item, "name").equals(name)) {
        return item;
      }
    }
    throw new IllegalArgumentException("there is no \"" + name + "\" among the " + list);
  }

  private static SSLContext tls(Path file, JsonNode cluster, JsonNode user) throws IOException {
    Optional<String> authority = pem(file, cluster, "certificate-authority");
    Optional<String> certificate = pem(file, user, "client-certificate");
    Optional<String> key = pem(file, user, "client-key");
    if (authority.isEmpty()) {
      try {
        return SSLContext.getDefault();
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has TLS", e);
      }
    }
    List<X509Certificate> trusted = Pem.certificates(authority.get());
    if (certificate.isEmpty() || key.isEmpty()) {
      return TlsContexts.trusting(trusted);
    }
    TlsIdentity identity = TlsIdentity.parse(certificate.get(), key.get());
    return TlsContexts.mutual(() -> identity, trusted);
  }

  /** A PEM text in the file, or in one that it names. */
  private static Optional<String> pem(Path file, JsonNode node, String field) throws IOException {
    String data = Trees.text(node, field + "-data");
    if (!data.isEmpty()) {
      return Optional.of(new String(Base64.getMimeDecoder().decode(data), StandardCharsets.UTF_8));
    }
    String path = Trees.text(node, field);
    return path.isEmpty()
        ? Optional.empty()
        : Optional.of(Files.readString(file.toAbsolutePath().resolveSibling(path)));
  }
}
