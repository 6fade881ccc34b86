package dev.wherry.cli.client.http;

import dev.wherry.cli.kubeconfig.Access;
import dev.wherry.machinery.pki.NamedTrustManager;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.pki.TrustingManager;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** The TLS context that a kubeconfig asks for. */
public final class ClientTls {
  private ClientTls() {}

  /**
   * Makes it.
   *
   * @throws GeneralSecurityException when keys or certificates are unfit
   */
  public static SSLContext context(Access access) throws GeneralSecurityException {
    KeyManager[] keys = new KeyManager[0];
    if (!access.certificatePem().isEmpty()) {
      TlsIdentity identity =
          new TlsIdentity(
              Pem.privateKey(access.keyPem()), Pem.certificates(access.certificatePem()));
      keys = new KeyManager[] {TlsContexts.keyManager(() -> identity)};
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, new TrustManager[] {trust(access)}, new SecureRandom());
    return context;
  }

  private static X509ExtendedTrustManager trust(Access access) throws GeneralSecurityException {
    if (access.insecure()) {
      return new TrustingManager();
    }
    X509ExtendedTrustManager trust =
        access.authorityPem().isEmpty()
            ? ofRuntime()
            : TlsContexts.trustManager(Pem.certificates(access.authorityPem()));
    return access.tlsServerName().isEmpty()
        ? trust
        : new NamedTrustManager(trust, access.tlsServerName());
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
}
