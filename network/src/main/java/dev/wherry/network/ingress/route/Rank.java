package dev.wherry.network.ingress.route;

import java.time.Instant;
import java.util.Comparator;

/**
 * Who comes first where rules are for the same requests: the oldest object, then by name, then the
 * order within it (Gateway API's HTTPRouteRule, "matches").
 *
 * @param fallback a default backend comes after everything else
 */
public record Rank(
    boolean fallback, Instant created, String namespace, String name, int rule, int match)
    implements Comparable<Rank> {
  private static final Comparator<Rank> ORDER =
      Comparator.comparing(Rank::fallback)
          .thenComparing(Rank::created)
          .thenComparing(Rank::namespace)
          .thenComparing(Rank::name)
          .thenComparingInt(Rank::rule)
          .thenComparingInt(Rank::match);

  @Override
  public int compareTo(Rank other) {
    return ORDER.compare(this, other);
  }
}
