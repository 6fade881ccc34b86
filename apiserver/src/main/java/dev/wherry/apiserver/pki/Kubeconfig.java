package dev.wherry.apiserver.pki;

import dev.wherry.machinery.pki.PrivateFiles;
import dev.wherry.machinery.pki.TlsIdentity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/**
 * A kubeconfig with one cluster, one user and one current context, credentials inline, as kubectl
 * reads it.
 *
 * @param server the URL, such as {@code https://127.0.0.1:6443}
 * @param authorityPem the certificate authority to trust
 * @param name of cluster, user and context
 * @param identity the client certificate and key
 */
public record Kubeconfig(String server, String authorityPem, String name, TlsIdentity identity) {

  /** The YAML text. */
  public String toYaml() {
    return """
    apiVersion: v1
    kind: Config
    clusters:
    - name: %1$s
      cluster:
        server: %2$s
        certificate-authority-data: %3$s
    users:
    - name: %1$s
      user:
        client-certificate-data: %4$s
        client-key-data: %5$s
    contexts:
    - name: %1$s
      context:
        cluster: %1$s
        user: %1$s
        namespace: default
    current-context: %1$s
    """
        .formatted(
            name,
            server,
            base64(authorityPem),
            base64(identity.certificatePem()),
            base64(identity.keyPem()));
  }

  /** Writes the file atomically; only its owner can read it. */
  public void write(Path file) {
    PrivateFiles.writeSecret(file, toYaml());
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
