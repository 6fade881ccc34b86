package dev.wherry.kubelet.identity;

import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.Pem;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Fetches the cluster's CA from a server that nobody vouches for yet, and believes it only when its
 * hash is the one in the join token.
 */
final class AuthorityFetch {
  private static final String PATH = "/wherry/v1/ca";
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int BYTES_MAX = 64 * 1024;
  private static final int OK = 200;

  private AuthorityFetch() {}

  /** The server answers, with a CA that is not the expected one. */
  static final class OtherAuthorityException extends IOException {
    private static final long serialVersionUID = 1;

    OtherAuthorityException() {
      super("the server's CA is not the one in the join token");
    }
  }

  /**
   * @throws OtherAuthorityException when the server shows another CA
   */
  static X509Certificate fetch(URI server, String expectedHash) throws IOException {
    try {
      return pinned(ask(server), expectedHash);
    } catch (OtherAuthorityException e) {
      throw e;
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new IOException(
          "cannot reach the server at "
              + server
              + ": "
              + (e instanceof UnknownHostException ? "unknown host " + why : why),
          e);
    }
  }

  private static String ask(URI server) throws IOException {
    HttpsURLConnection connection =
        (HttpsURLConnection) server.resolve(PATH).toURL().openConnection();
    connection.setSSLSocketFactory(anybody().getSocketFactory());
    connection.setHostnameVerifier((_, _) -> true);
    connection.setConnectTimeout((int) TIMEOUT.toMillis());
    connection.setReadTimeout((int) TIMEOUT.toMillis());
    try {
      if (connection.getResponseCode() != OK) {
        throw new IOException(
            "the server does not show its CA: HTTP " + connection.getResponseCode());
      }
      return new String(
          connection.getInputStream().readNBytes(BYTES_MAX), StandardCharsets.US_ASCII);
    } finally {
      ((HttpURLConnection) connection).disconnect();
    }
  }

  static X509Certificate pinned(String pem, String expectedHash) throws IOException {
    for (X509Certificate certificate : Pem.certificates(pem)) {
      if (isExpected(certificate, expectedHash)) {
        return certificate;
      }
    }
    throw new OtherAuthorityException();
  }

  /** A CA that is known already, where its hash is the expected one. */
  static X509Certificate pinned(X509Certificate known, String expectedHash)
      throws OtherAuthorityException {
    if (isExpected(known, expectedHash)) {
      return known;
    }
    throw new OtherAuthorityException();
  }

  private static boolean isExpected(X509Certificate certificate, String expectedHash) {
    return MessageDigest.isEqual(
        hash(certificate).getBytes(StandardCharsets.US_ASCII),
        expectedHash.getBytes(StandardCharsets.US_ASCII));
  }

  static String hash(X509Certificate certificate) {
    return CertificateAuthority.fingerprint(certificate);
  }

  private static SSLContext anybody() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no TLS", e);
    }
  }

  /** The hash decides afterwards. */
  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
