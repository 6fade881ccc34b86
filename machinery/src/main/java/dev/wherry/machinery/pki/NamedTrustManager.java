package dev.wherry.machinery.pki;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts the authorities of another manager, but expects the server's certificate to have one of
 * some names in place of the URL's (RFC 6125: subject alternative names only, a wildcard stands for
 * the first label).
 */
final class NamedTrustManager extends X509ExtendedTrustManager {
  private static final int DNS_NAME = 2;
  private static final int URI = 6;
  private static final int IP_ADDRESS = 7;

  private final X509ExtendedTrustManager authorities;
  private final Set<String> names;
  private final Set<String> uris;

  /**
   * @param names of hosts; any case
   * @param uris letter by letter
   */
  NamedTrustManager(X509ExtendedTrustManager authorities, Set<String> names, Set<String> uris) {
    this.authorities = authorities;
    this.names =
        names.stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    this.uris = Set.copyOf(uris);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    authorities.checkServerTrusted(chain, type);
    Collection<List<?>> alternatives = chain[0].getSubjectAlternativeNames();
    if (alternatives != null) {
      for (List<?> alternative : alternatives) {
        if (isExpected((Integer) alternative.get(0), String.valueOf(alternative.get(1)))) {
          return;
        }
      }
    }
    throw new CertificateException("the server's certificate is not valid for " + names + uris);
  }

  private boolean isExpected(int kind, String alternative) {
    return switch (kind) {
      case DNS_NAME, IP_ADDRESS -> {
        String pattern = alternative.toLowerCase(Locale.ROOT);
        yield names.stream().anyMatch(name -> matches(pattern, name));
      }
      case URI -> uris.contains(alternative);
      default -> false;
    };
  }

  private static boolean matches(String pattern, String name) {
    if (pattern.equals(name) || !pattern.startsWith("*.")) {
      return pattern.equals(name);
    }
    int dot = name.indexOf('.');
    return dot > 0 && name.substring(dot).equals(pattern.substring(1));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, type);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    authorities.checkClientTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    authorities.checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    authorities.checkClientTrusted(chain, type, engine);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.getAcceptedIssuers();
  }
}
