package dev.wherry.network.ingress.route;

import java.util.Comparator;

/**
 * A rule: requests to a host that match go where the action says.
 *
 * @param owner for logs, such as {@code Ingress ns/name}
 */
public record Route(
    HostPattern host, RequestMatch match, Rank rank, Filters filters, Action action, String owner) {
  /** Precedence among the rules of one host (Gateway API's HTTPRouteRule; Ingress agrees). */
  static final Comparator<Route> PRECEDENCE =
      Comparator.<Route>comparingInt(r -> r.match.path().order())
          .thenComparing(r -> r.match.path().length(), Comparator.reverseOrder())
          .thenComparing(r -> r.match.method().isEmpty())
          .thenComparing(r -> r.match.headers().size(), Comparator.reverseOrder())
          .thenComparing(r -> r.match.parameters().size(), Comparator.reverseOrder())
          .thenComparing(Route::rank);

  /** The same rule for other hosts. */
  public Route at(HostPattern other) {
    return new Route(other, match, rank, filters, action, owner);
  }
}
