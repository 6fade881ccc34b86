package dev.wherry.network.ingress.tls;

import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.network.ingress.route.BackendTls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS towards endpoints. One thread, that of an event loop. */
public final class BackendContexts {
  /** Contexts kept; the one that was not used for longest goes first. */
  private static final int CONTEXTS_MAX = 256;

  /** What a context is made for. */
  private record Peer(BackendTls tls, boolean http2) {}

  private final Map<Peer, SslContext> contexts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Peer, SslContext> eldest) {
          return size() > CONTEXTS_MAX;
        }
      };

  /**
   * A handler for one connection, at the head of its pipeline.
   *
   * @param http2 whether that is offered, and nothing else
   * @throws PkiException when TLS cannot be spoken so
   */
  public SslHandler handler(BackendTls tls, boolean http2, ByteBufAllocator buffers) {
    SslContext context = contexts.computeIfAbsent(new Peer(tls, http2), BackendContexts::context);
    SslHandler handler = context.newHandler(buffers);
    SSLEngine engine = handler.engine();
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(tls.serverName())));
    engine.setSSLParameters(parameters);
    return handler;
  }

  private static SslContext context(Peer peer) {
    BackendTls tls = peer.tls();
    try {
      X509ExtendedTrustManager authorities =
          tls.authorities().isEmpty()
              ? TlsContexts.trustManagerOfRuntime()
              : TlsContexts.trustManager(Pem.certificates(tls.authorities()));
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.JDK)
              .protocols("TLSv1.3", "TLSv1.2")
              .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
              .endpointIdentificationAlgorithm(null)
              .trustManager(
                  TlsContexts.named(authorities, Set.copyOf(tls.hosts()), Set.copyOf(tls.uris())));
      if (peer.http2()) {
        builder.applicationProtocolConfig(
            new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                ApplicationProtocolNames.HTTP_2));
      }
      return builder.build();
    } catch (SSLException | GeneralSecurityException | IllegalArgumentException e) {
      throw new PkiException("TLS to a backend cannot be spoken: " + e.getMessage(), e);
    }
  }
}
