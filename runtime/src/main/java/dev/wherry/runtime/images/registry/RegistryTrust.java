package dev.wherry.runtime.images.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whose certificates a registry may show: Java's roots, the host's, and a file of the owner's. */
final class RegistryTrust {
  /** Where Debian keeps what the host's owner trusts. */
  private static final Path HOST_ROOTS = Path.of("/etc/ssl/certs/ca-certificates.crt");

  private RegistryTrust() {}

  static SSLContext context(RegistryConfig.Host host) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      TrustManager[] trust =
          host.unverified()
              ? new TrustManager[] {new AnyTrustManager()}
              : trusting(host.authority());
      context.init(null, trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS for registries: " + e.getMessage(), e);
    }
  }

  private static TrustManager[] trusting(Optional<Path> authority)
      throws IOException, GeneralSecurityException {
    KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null, null);
    int count = 0;
    TrustManagerFactory java =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    java.init((KeyStore) null);
    for (TrustManager manager : java.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        for (X509Certificate root : x509.getAcceptedIssuers()) {
          roots.setCertificateEntry("root-" + count++, root);
        }
      }
    }
    if (Files.isReadable(HOST_ROOTS)) {
      count = add(roots, HOST_ROOTS, count);
    }
    if (authority.isPresent()) {
      count = add(roots, authority.get(), count);
    }
    TrustManagerFactory all =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    all.init(roots);
    return all.getTrustManagers();
  }

  private static int add(KeyStore roots, Path file, int count)
      throws IOException, GeneralSecurityException {
    int next = count;
    try (InputStream in = Files.newInputStream(file)) {
      for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        roots.setCertificateEntry("root-" + next++, root);
      }
      return next;
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " has no certificates: " + e.getMessage(), e);
    }
  }

  /** For {@code insecure_skip_verify}: any certificate, any name. */
  private static final class AnyTrustManager extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
