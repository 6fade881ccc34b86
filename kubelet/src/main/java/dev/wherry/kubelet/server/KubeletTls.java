package dev.wherry.kubelet.server;

import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * TLS of the kubelet's server: the present serving certificate, and clients by the cluster's CA.
 */
final class KubeletTls {
  private KubeletTls() {}

  static SslContext create(
      Supplier<TlsIdentity> identity, Collection<X509Certificate> clientAuthorities) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {TlsContexts.keyManager(identity)},
          new TrustManager[] {TlsContexts.trustManager(clientAuthorities)},
          null);
      return new JdkSslContext(
          context,
          false,
          null,
          io.netty.handler.ssl.IdentityCipherSuiteFilter.INSTANCE,
          null,
          ClientAuth.OPTIONAL,
          new String[] {"TLSv1.3", "TLSv1.2"},
          false);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no TLS", e);
    }
  }
}
