package dev.wherry.apiserver.pki;

import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The TLS context of the API's port, asked for every connection and rebuilt when the serving
 * certificate was renewed. TLS 1.3 unless older clients are let in, HTTP/2 and HTTP/1.1 by ALPN,
 * client certificate optional.
 *
 * <p>The handshake asks for certificates of the cluster's authority and proves the client has the
 * key, but leaves judging the chain to {@code X509Authenticator}: a client with a stale certificate
 * then gets a 401 Status it can show its user, not a broken connection (as upstream).
 */
public final class ServerTls implements Supplier<SslContext> {
  /** The oldest TLS that clients may speak. */
  public enum Minimum {
    TLS_1_3("TLSv1.3"),
    /** For clients that cannot do better. */
    TLS_1_2("TLSv1.3", "TLSv1.2");

    private final List<String> protocols;

    Minimum(String... protocols) {
      this.protocols = List.of(protocols);
    }
  }

  private static final ApplicationProtocolConfig ALPN =
      new ApplicationProtocolConfig(
          ApplicationProtocolConfig.Protocol.ALPN,
          ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
          ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2,
          ApplicationProtocolNames.HTTP_1_1);

  private final ServerPki pki;
  private final Minimum minimum;
  private volatile Built built;

  private record Built(TlsIdentity identity, SslContext context) {}

  /** Builds the first context at once, so that a fault shows at start. */
  public ServerTls(ServerPki pki, Minimum minimum) {
    this.pki = pki;
    this.minimum = minimum;
    this.built = build(pki.identity(ServerPki.Leaf.SERVING));
  }

  @Override
  public SslContext get() {
    TlsIdentity identity = pki.identity(ServerPki.Leaf.SERVING);
    Built now = built;
    if (now.identity() != identity) {
      // Two threads may both build it: either result is right.
      now = build(identity);
      built = now;
    }
    return now.context();
  }

  private Built build(TlsIdentity identity) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {TlsContexts.keyManager(() -> identity)},
          new TrustManager[] {new JudgedLater(pki.authority().certificate())},
          null);
      // Netty's builder for servers tries out a keystore, a password and Bouncy Castle first, which
      // is a third of a second of a cold start; its context does not.
      return new Built(
          identity,
          new JdkSslContext(
              context,
              false,
              null,
              IdentityCipherSuiteFilter.INSTANCE,
              ALPN,
              ClientAuth.OPTIONAL,
              minimum.protocols.toArray(String[]::new),
              false));
    } catch (GeneralSecurityException e) {
      throw new PkiException("the server's TLS context cannot be made", e);
    }
  }

  /** Names the accepted authority and lets every client chain through to the authenticator. */
  private static final class JudgedLater extends X509ExtendedTrustManager {
    private final X509Certificate authority;

    JudgedLater(X509Certificate authority) {
      this.authority = authority;
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[] {authority};
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      throw new UnsupportedOperationException("this context only serves");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      throw new UnsupportedOperationException("this context only serves");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      throw new UnsupportedOperationException("this context only serves");
    }
  }
}
