package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.network.ingress.route.BoundedPattern;
import dev.wherry.network.ingress.route.PathMatch;
import dev.wherry.network.ingress.route.RequestMatch;
import dev.wherry.network.ingress.route.ValueMatch;
import dev.wherry.network.trees.Trees;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads matches of routes. Empty where an expression is none. */
final class RouteMatches {
  private static final String EXPRESSION = "RegularExpression";
  private static final String ANY_ELEMENT = "[^/]+";

  private RouteMatches() {}

  static Optional<RequestMatch> http(JsonNode match) {
    JsonNode path = match.path("path");
    String value = Trees.textOr(path, "value", "/");
    Optional<PathMatch> wanted =
        switch (Trees.textOr(path, "type", "PathPrefix")) {
          case "Exact" -> Optional.of(new PathMatch.Exact(value));
          case EXPRESSION -> BoundedPattern.of(value).map(PathMatch.Expression::new);
          default -> Optional.of(PathMatch.prefix(value));
        };
    Optional<List<ValueMatch>> headers = values(match.path("headers"), true);
    Optional<List<ValueMatch>> parameters = values(match.path("queryParams"), false);
    return wanted.isEmpty() || headers.isEmpty() || parameters.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new RequestMatch(
                wanted.get(), Trees.text(match, "method"), headers.get(), parameters.get()));
  }

  static Optional<RequestMatch> grpc(JsonNode match) {
    JsonNode method = match.path("method");
    Optional<PathMatch> path =
        path(
            Trees.text(method, "service"),
            Trees.text(method, "method"),
            Trees.text(method, "type").equals(EXPRESSION));
    Optional<List<ValueMatch>> headers = values(match.path("headers"), true);
    return path.isEmpty() || headers.isEmpty()
        ? Optional.empty()
        : Optional.of(new RequestMatch(path.get(), "", headers.get(), List.of()));
  }

  private static Optional<PathMatch> path(String service, String method, boolean expression) {
    if (service.isEmpty() && method.isEmpty()) {
      return Optional.of(PathMatch.Prefix.ALL);
    }
    if (!expression && !service.isEmpty()) {
      return Optional.of(
          method.isEmpty()
              ? PathMatch.prefix("/" + service)
              : new PathMatch.Exact("/" + service + "/" + method));
    }
    String first = service.isEmpty() ? ANY_ELEMENT : "(?:" + service + ")";
    String second =
        method.isEmpty() ? ANY_ELEMENT : expression ? "(?:" + method + ")" : Pattern.quote(method);
    return BoundedPattern.of("/" + first + "/" + second).map(PathMatch.Expression::new);
  }

  /** Of several with one name the first counts; headers' names have no case. */
  private static Optional<List<ValueMatch>> values(JsonNode list, boolean header) {
    List<ValueMatch> all = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>();
    for (JsonNode one : list) {
      String name = Trees.text(one, "name");
      String value = Trees.text(one, "value");
      if (!seen.add(header ? name.toLowerCase(Locale.ROOT) : name)) {
        continue;
      }
      if (Trees.text(one, "type").equals(EXPRESSION)) {
        Optional<BoundedPattern> pattern = BoundedPattern.of(value);
        if (pattern.isEmpty()) {
          return Optional.empty();
        }
        all.add(new ValueMatch.Like(name, pattern.get()));
      } else {
        all.add(new ValueMatch.Equal(name, value));
      }
    }
    return Optional.of(all);
  }
}
