package dev.wherry.network.ingress.route;

import java.util.List;

/**
 * Which requests to a host a rule is for: all of this must hold.
 *
 * @param method "" for every one
 */
public record RequestMatch(
    PathMatch path, String method, List<ValueMatch> headers, List<ValueMatch> parameters) {
  public static final RequestMatch ALL = of(PathMatch.Prefix.ALL);

  public RequestMatch {
    headers = List.copyOf(headers);
    parameters = List.copyOf(parameters);
  }

  public static RequestMatch of(PathMatch path) {
    return new RequestMatch(path, "", List.of(), List.of());
  }

  boolean matches(Asked asked) {
    if (!path.matches(asked.path()) || !(method.isEmpty() || method.equals(asked.method()))) {
      return false;
    }
    for (ValueMatch header : headers) {
      String given = asked.header(header.name());
      if (given == null || !header.accepts(given)) {
        return false;
      }
    }
    for (ValueMatch parameter : parameters) {
      String given = asked.parameter(parameter.name());
      if (given == null || !parameter.accepts(given)) {
        return false;
      }
    }
    return true;
  }
}
