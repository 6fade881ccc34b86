package dev.wherry.cli.client.diff;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Hides the values of secrets, but not that they differ. */
final class SecretMask {
  private static final String SAME = "***";
  private static final String BEFORE = "*** (before)";
  private static final String AFTER = "*** (after)";

  private SecretMask() {}

  /** Masks both in place. */
  static void apply(ObjectNode from, ObjectNode to) {
    ObjectNode before = from.path("data") instanceof ObjectNode data ? data : from.objectNode();
    ObjectNode after = to.path("data") instanceof ObjectNode data ? data : to.objectNode();
    for (String key : keys(before)) {
      boolean differs = after.has(key) && !after.path(key).equals(before.path(key));
      if (after.has(key)) {
        after.put(key, differs ? AFTER : SAME);
      }
      before.put(key, differs ? BEFORE : SAME);
    }
    for (String key : keys(after)) {
      if (!before.has(key)) {
        after.put(key, SAME);
      }
    }
  }

  private static List<String> keys(ObjectNode data) {
    List<String> keys = new ArrayList<>();
    data.fieldNames().forEachRemaining(keys::add);
    return keys;
  }
}
