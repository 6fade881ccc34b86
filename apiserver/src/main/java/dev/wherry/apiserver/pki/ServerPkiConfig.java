package dev.wherry.apiserver.pki;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How the server's certificates are made.
 *
 * @param hosts further names and addresses of the serving certificate: the node's own, the
 *     Service's of the API, and what the user adds
 * @param authorityLifetime life of the certificate authority
 * @param leafLifetime life of everything it issues for the server
 * @param renewFraction renew after this part of a leaf's life, above 0 and below 1
 */
public record ServerPkiConfig(
    List<String> hosts, Duration authorityLifetime, Duration leafLifetime, double renewFraction) {
  private static final Duration TEN_YEARS = Duration.ofDays(3650);
  private static final Duration ONE_YEAR = Duration.ofDays(365);
  private static final double TWO_THIRDS = 0.66;

  /** Checks the numbers and copies the list. */
  public ServerPkiConfig {
    hosts = List.copyOf(hosts);
    if (renewFraction <= 0 || renewFraction >= 1) {
      throw new IllegalArgumentException("renewFraction must lie between 0 and 1");
    }
    if (leafLifetime.compareTo(authorityLifetime) > 0) {
      throw new IllegalArgumentException("leafLifetime must not exceed authorityLifetime");
    }
  }

  /** Ten years for the authority, one for leaves, renewed after two thirds of it. */
  public static ServerPkiConfig withHosts(List<String> hosts) {
    return new ServerPkiConfig(hosts, TEN_YEARS, ONE_YEAR, TWO_THIRDS);
  }

  /** The names of the serving certificate: those every cluster has, then {@link #hosts}. */
  List<String> servingHosts() {
    List<String> all =
        new ArrayList<>(
            List.of(
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
                "localhost",
                "127.0.0.1",
                "::1"));
    all.addAll(hosts);
    return all;
  }
}
