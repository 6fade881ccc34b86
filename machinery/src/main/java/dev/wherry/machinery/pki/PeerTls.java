package dev.wherry.machinery.pki;

import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * How a server that somebody's file names is trusted and who we are to it, in the terms of
 * client-go's TLSClientConfig; absent texts are "".
 *
 * @param insecure any certificate will do
 * @param serverName in its certificate, where it is not the URL's
 * @param authorityPem "" for the authorities of the Java runtime
 */
public record PeerTls(
    boolean insecure,
    String serverName,
    String authorityPem,
    String certificatePem,
    String keyPem) {
  /**
   * Gives it to a client in the making.
   *
   * @throws GeneralSecurityException when keys or certificates are unfit
   * @throws PkiException when they cannot be read
   */
  public void secure(HttpClient.Builder builder) throws GeneralSecurityException {
    builder.sslContext(context());
    if (!serverName.isEmpty()) {
      SSLParameters parameters = new SSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(serverName)));
      builder.sslParameters(parameters);
    }
  }

  /**
   * A client's context.
   *
   * @throws GeneralSecurityException when keys or certificates are unfit
   * @throws PkiException when they cannot be read
   */
  public SSLContext context() throws GeneralSecurityException {
    KeyManager[] keys = new KeyManager[0];
    if (!certificatePem.isEmpty()) {
      TlsIdentity identity =
          new TlsIdentity(Pem.privateKey(keyPem), Pem.certificates(certificatePem));
      keys = new KeyManager[] {TlsContexts.keyManager(() -> identity)};
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, new TrustManager[] {trust()}, new SecureRandom());
    return context;
  }

  private X509ExtendedTrustManager trust() throws GeneralSecurityException {
    if (insecure) {
      return new TrustingManager();
    }
    X509ExtendedTrustManager authorities =
        authorityPem.isEmpty()
            ? TlsContexts.trustManagerOfRuntime()
            : TlsContexts.trustManager(Pem.certificates(authorityPem));
    return serverName.isEmpty()
        ? authorities
        : TlsContexts.named(authorities, Set.of(serverName), Set.of());
  }
}
