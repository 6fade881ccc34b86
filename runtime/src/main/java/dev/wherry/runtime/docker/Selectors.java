package dev.wherry.runtime.docker;

import java.util.Map;

/** Filters of list calls: an empty id and an empty selector let everything through. */
final class Selectors {
  private Selectors() {}

  static boolean fits(String wantedId, String id) {
    return wantedId.isEmpty() || wantedId.equals(id);
  }

  static boolean fits(Map<String, String> selector, Map<String, String> labels) {
    return selector.entrySet().stream().allMatch(e -> e.getValue().equals(labels.get(e.getKey())));
  }
}
