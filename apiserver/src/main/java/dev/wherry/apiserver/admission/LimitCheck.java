package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Holds requests and limits against the bounds of one limit, in upstream's words. */
final class LimitCheck {
  private final List<String> complaints = new ArrayList<>();

  List<String> complaints() {
    return complaints;
  }

  /** What one bound of a limit is held against; null where the pod says nothing. */
  private record Held(
      String type, String name, Amount bound, @Nullable Amount request, @Nullable Amount limit) {
    String says(String what) {
      return what + " usage per " + type + " is " + bound;
    }
  }

  void limit(JsonNode limit, Map<String, Amount> requests, Map<String, Amount> limits) {
    each(limit, "min", requests, limits).forEach(this::atLeast);
    each(limit, "max", requests, limits).forEach(this::atMost);
    each(limit, "maxLimitRequestRatio", requests, limits).forEach(this::ratio);
  }

  /** Claims have requests only. */
  void claim(JsonNode limit, Map<String, Amount> requests) {
    each(limit, "min", requests, Map.of()).forEach(this::atLeast);
    each(limit, "max", requests, Map.of()).forEach(this::requestAtMost);
  }

  private static Stream<Held> each(
      JsonNode limit, String bounds, Map<String, Amount> requests, Map<String, Amount> limits) {
    String type = Trees.text(limit, "type");
    return limit.path(bounds).properties().stream()
        .sorted(Comparator.comparing(Map.Entry::getKey))
        .map(bound -> {
          String name = bound.getKey();
          return new Held(
              type, name, Amount.of(bound.getValue()), requests.get(name), limits.get(name));
        });
  }

  private void atLeast(Held held) {
    String least = held.says("minimum " + held.name());
    if (held.request() == null) {
      complaints.add(least + ". No request is specified");
    } else if (held.bound().isMoreThan(held.request())) {
      complaints.add(least + ", but request is " + held.request());
    } else if (held.limit() != null && held.bound().isMoreThan(held.limit())) {
      complaints.add(least + ", but limit is " + held.limit());
    }
  }

  private void atMost(Held held) {
    String most = held.says("maximum " + held.name());
    if (held.limit() == null) {
      complaints.add(most + ". No limit is specified");
    } else if (held.limit().isMoreThan(held.bound())) {
      complaints.add(most + ", but limit is " + held.limit());
    } else if (held.request() != null && held.request().isMoreThan(held.bound())) {
      complaints.add(most + ", but request is " + held.request());
    }
  }

  private void requestAtMost(Held held) {
    String most = held.says("maximum " + held.name());
    if (held.request() == null) {
      complaints.add(most + ". No request is specified");
    } else if (held.request().isMoreThan(held.bound())) {
      complaints.add(most + ", but request is " + held.request());
    }
  }

  private void ratio(Held held) {
    Amount request = held.request();
    Amount limit = held.limit();
    String most =
        held.name() + " max limit to request ratio per " + held.type() + " is " + held.bound();
    if (request == null || request.isNothing()) {
      complaints.add(most + ", but no request is specified or request is 0");
    } else if (limit == null || limit.isNothing()) {
      complaints.add(most + ", but no limit is specified or limit is 0");
    } else if (limit.ratioTo(request) > held.bound().quantity().amount().doubleValue()) {
      complaints.add(
          most + String.format(Locale.ROOT, ", but provided ratio is %f", limit.ratioTo(request)));
    }
  }
}
