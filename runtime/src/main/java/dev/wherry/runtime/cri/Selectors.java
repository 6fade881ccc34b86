package dev.wherry.runtime.cri;

import java.util.Map;

/** Filters of list calls: an empty id and an empty selector let everything through. */
public final class Selectors {
  private Selectors() {}

  /** Whether an id is the wanted one. */
  public static boolean fits(String wantedId, String id) {
    return wantedId.isEmpty() || wantedId.equals(id);
  }

  /** Whether labels carry everything a selector asks for. */
  public static boolean fits(Map<String, String> selector, Map<String, String> labels) {
    return selector.entrySet().stream().allMatch(e -> e.getValue().equals(labels.get(e.getKey())));
  }
}
