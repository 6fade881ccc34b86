package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.Filters;
import dev.wherry.network.ingress.route.HeaderEdits;
import dev.wherry.network.ingress.route.PathEdit;
import dev.wherry.network.trees.Trees;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads filters, timeouts and retries of a rule. */
final class RouteFilters {
  private static final int FOUND = 302;
  private static final int PERCENT = 100;
  private static final int RETRIES_MAX = 10;
  private static final Pattern DURATION_PART = Pattern.compile("(\\d{1,5})(ms|h|m|s)");

  private HeaderEdits request = HeaderEdits.NONE;
  private HeaderEdits response = HeaderEdits.NONE;
  private String host = "";
  private PathEdit path = PathEdit.Keep.ALL;
  private final List<Filters.Mirror> mirrors = new ArrayList<>();
  private Action.@org.jspecify.annotations.Nullable Redirect redirect;
  private String problem = "";
  private final Filters filters;

  private RouteFilters(JsonNode rule, Function<JsonNode, Optional<BackendKey>> backends) {
    for (JsonNode filter : rule.path("filters")) {
      read(filter, backends);
    }
    JsonNode timeouts = rule.path("timeouts");
    filters =
        new Filters(
            request,
            response,
            host,
            path,
            mirrors,
            duration(Trees.text(timeouts, "request")),
            duration(Trees.text(timeouts, "backendRequest")),
            retries(rule.path("retry")));
  }

  /**
   * @param backends finds a mirror's Service
   */
  static RouteFilters of(JsonNode rule, Function<JsonNode, Optional<BackendKey>> backends) {
    return new RouteFilters(rule, backends);
  }

  Filters filters() {
    return filters;
  }

  Optional<Action> redirect() {
    return Optional.ofNullable(redirect);
  }

  /** Why the rule cannot be served. */
  Optional<String> problem() {
    return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
  }

  private void read(JsonNode filter, Function<JsonNode, Optional<BackendKey>> backends) {
    String type = Trees.text(filter, "type");
    switch (type) {
      case "RequestHeaderModifier" ->
          request = request.then(edits(filter.path("requestHeaderModifier")));
      case "ResponseHeaderModifier" ->
          response = response.then(edits(filter.path("responseHeaderModifier")));
      case "RequestRedirect" -> redirect = redirect(filter.path("requestRedirect"));
      case "URLRewrite" -> {
        host = Trees.text(filter, "urlRewrite", "hostname");
        path = edit(filter.path("urlRewrite").path("path"));
      }
      case "RequestMirror" -> mirror(filter.path("requestMirror"), backends);
      default -> problem = "filters of type " + type + " are not served";
    }
  }

  private static HeaderEdits edits(JsonNode modifier) {
    List<String> remove = new ArrayList<>();
    modifier.path("remove").forEach(name -> remove.add(name.asText()));
    return new HeaderEdits(headers(modifier.path("set")), headers(modifier.path("add")), remove);
  }

  private static List<HeaderEdits.Header> headers(JsonNode list) {
    List<HeaderEdits.Header> headers = new ArrayList<>();
    for (JsonNode one : list) {
      headers.add(new HeaderEdits.Header(Trees.text(one, "name"), Trees.text(one, "value")));
    }
    return headers;
  }

  private static Action.Redirect redirect(JsonNode wanted) {
    return new Action.Redirect(
        Trees.text(wanted, "scheme"),
        Trees.text(wanted, "hostname"),
        wanted.path("port").asInt(0),
        edit(wanted.path("path")),
        wanted.path("statusCode").asInt(FOUND));
  }

  private static PathEdit edit(JsonNode modifier) {
    return switch (Trees.text(modifier, "type")) {
      case "ReplaceFullPath" -> new PathEdit.Whole(Trees.text(modifier, "replaceFullPath"));
      case "ReplacePrefixMatch" ->
          new PathEdit.MatchedPrefix(Trees.text(modifier, "replacePrefixMatch"));
      default -> PathEdit.Keep.ALL;
    };
  }

  private void mirror(JsonNode wanted, Function<JsonNode, Optional<BackendKey>> backends) {
    JsonNode fraction = wanted.path("fraction");
    int denominator = Math.max(1, fraction.path("denominator").asInt(PERCENT));
    int numerator =
        fraction.isObject()
            ? fraction.path("numerator").asInt()
            : wanted.path("percent").asInt(PERCENT);
    backends
        .apply(wanted.path("backendRef"))
        .ifPresent(key -> mirrors.add(new Filters.Mirror(key, numerator, denominator)));
  }

  private static Filters.Retries retries(JsonNode retry) {
    if (!retry.isObject()) {
      return Filters.Retries.NONE;
    }
    Set<Integer> codes = new HashSet<>();
    retry.path("codes").forEach(code -> codes.add(code.asInt()));
    return new Filters.Retries(
        codes,
        Math.clamp(retry.path("attempts").asInt(1), 0, RETRIES_MAX),
        duration(Trees.text(retry, "backoff")));
  }

  /** GEP-2257: hours, minutes, seconds and milliseconds one after the other. */
  static Duration duration(String text) {
    Duration sum = Duration.ZERO;
    Matcher parts = DURATION_PART.matcher(text);
    while (parts.find()) {
      long number = Long.parseLong(parts.group(1));
      sum =
          sum.plus(
              switch (parts.group(2)) {
                case "h" -> Duration.ofHours(number);
                case "m" -> Duration.ofMinutes(number);
                case "s" -> Duration.ofSeconds(number);
                default -> Duration.ofMillis(number);
              });
    }
    return sum;
  }
}
