package dev.wherry.network.ingress.tls;

import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.network.ingress.route.PortRoutes;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;

/**
 * The certificates that clients are shown, by the names that rules give them. A host without one
 * sees a certificate of our own that nobody trusts, so that its owner sees what is missing.
 */
public final class Certificates {
  private static final Duration FALLBACK_LIFETIME = Duration.ofDays(365);
  private static final int SESSIONS_MAX = 4_096;
  private static final int SESSION_SECONDS = 3_600;

  private final Map<String, SslContext> byName = new ConcurrentHashMap<>();
  private final SslContext fallback;

  private Certificates(SslContext fallback) {
    this.fallback = fallback;
  }

  /** None but our own. */
  public static Certificates selfSigned(InstantSource clock, SecureRandom random) {
    CertificateAuthority authority =
        CertificateAuthority.create("Wherry ingress", FALLBACK_LIFETIME, clock, random);
    return new Certificates(
        context(
            authority.issue(
                Subject.of("Wherry ingress default certificate"),
                AlternativeNames.of(List.of("wherry.invalid")),
                CertificateUse.SERVER,
                FALLBACK_LIFETIME)));
  }

  /**
   * Shows this identity from the next handshake on.
   *
   * @throws PkiException when TLS cannot be spoken with it; what was shown before stays
   */
  public void put(String name, TlsIdentity identity) {
    byName.put(name, context(identity));
  }

  /** Forgets all others. */
  public void keepOnly(Set<String> names) {
    byName.keySet().retainAll(names);
  }

  /**
   * What a client that asks for a host sees.
   *
   * @param host "" where it names none
   */
  public SslContext forHost(PortRoutes routes, String host) {
    return routes.certificate(host.toLowerCase(Locale.ROOT)).map(byName::get).orElse(fallback);
  }

  private static SslContext context(TlsIdentity identity) {
    try {
      return SslContextBuilder.forServer(identity.key(), identity.chain())
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
          .sessionCacheSize(SESSIONS_MAX)
          .sessionTimeout(SESSION_SECONDS)
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  ApplicationProtocolConfig.Protocol.ALPN,
                  ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                  ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                  ApplicationProtocolNames.HTTP_2,
                  ApplicationProtocolNames.HTTP_1_1))
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new PkiException("TLS cannot be spoken with this certificate: " + e.getMessage(), e);
    }
  }
}
