package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Holds requests and limits against the bounds of one limit, in upstream's words. */
final class LimitCheck {
  private final List<String> complaints = new ArrayList<>();

  List<String> complaints() {
    return complaints;
  }

  void limit(JsonNode limit, Map<String, Amount> requests, Map<String, Amount> limits) {
    String type = Trees.text(limit, "type");
    each(limit.path("min"), (name, bound) -> atLeast(type, name, bound, requests, limits));
    each(limit.path("max"), (name, bound) -> atMost(type, name, bound, requests, limits));
    each(
        limit.path("maxLimitRequestRatio"),
        (name, bound) -> ratio(type, name, bound, requests, limits));
  }

  /** Claims have requests only. */
  void claim(JsonNode limit, Map<String, Amount> requests) {
    String type = Trees.text(limit, "type");
    each(limit.path("min"), (name, bound) -> atLeast(type, name, bound, requests, Map.of()));
    each(
        limit.path("max"),
        (name, bound) -> {
          Amount request = requests.get(name);
          String most = "maximum " + name + " usage per " + type + " is " + bound;
          if (request == null) {
            complaints.add(most + ". No request is specified");
          } else if (request.isMoreThan(bound)) {
            complaints.add(most + ", but request is " + request);
          }
        });
  }

  @FunctionalInterface
  private interface Bound {
    void check(String name, Amount bound);
  }

  private static void each(JsonNode bounds, Bound check) {
    bounds.properties().stream()
        .sorted(Comparator.comparing(Map.Entry::getKey))
        .forEach(bound -> check.check(bound.getKey(), Amount.of(bound.getValue())));
  }

  private void atLeast(
      String type,
      String name,
      Amount bound,
      Map<String, Amount> requests,
      Map<String, Amount> limits) {
    Amount request = requests.get(name);
    Amount limit = limits.get(name);
    String least = "minimum " + name + " usage per " + type + " is " + bound;
    if (request == null) {
      complaints.add(least + ". No request is specified");
    } else if (bound.isMoreThan(request)) {
      complaints.add(least + ", but request is " + request);
    } else if (limit != null && bound.isMoreThan(limit)) {
      complaints.add(least + ", but limit is " + limit);
    }
  }

  private void atMost(
      String type,
      String name,
      Amount bound,
      Map<String, Amount> requests,
      Map<String, Amount> limits) {
    Amount request = requests.get(name);
    Amount limit = limits.get(name);
    String most = "maximum " + name + " usage per " + type + " is " + bound;
    if (limit == null) {
      complaints.add(most + ". No limit is specified");
    } else if (limit.isMoreThan(bound)) {
      complaints.add(most + ", but limit is " + limit);
    } else if (request != null && request.isMoreThan(bound)) {
      complaints.add(most + ", but request is " + request);
    }
  }

  private void ratio(
      String type,
      String name,
      Amount bound,
      Map<String, Amount> requests,
      Map<String, Amount> limits) {
    Amount request = requests.get(name);
    Amount limit = limits.get(name);
    String most = name + " max limit to request ratio per " + type + " is " + bound;
    if (request == null || request.isNothing()) {
      complaints.add(most + ", but no request is specified or request is 0");
    } else if (limit == null || limit.isNothing()) {
      complaints.add(most + ", but no limit is specified or limit is 0");
    } else if (limit.ratioTo(request) > bound.quantity().amount().doubleValue()) {
      complaints.add(
          most + String.format(Locale.ROOT, ", but provided ratio is %f", limit.ratioTo(request)));
    }
  }
}
