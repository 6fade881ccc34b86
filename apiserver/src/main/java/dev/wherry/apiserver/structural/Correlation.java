package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A value's counterpart in the stored object (apiserver cel/common CorrelatedObject): by name in
 * objects, by key in lists of type map, nowhere in other lists.
 *
 * @param old the value that is stored
 */
public record Correlation(JsonNode old) {

  /** The counterpart of a field; null where there is none. */
  public static @Nullable Correlation field(
      @Nullable Correlation parent, Structural schema, String name) {
    if (parent == null || schema.mapType().equals("atomic")) {
      return null;
    }
    JsonNode old = parent.old().path(name);
    return old.isMissingNode() ? null : new Correlation(old);
  }

  /** The counterpart of a list's element; null where there is none. */
  public static @Nullable Correlation item(
      @Nullable Correlation parent, Structural schema, JsonNode element) {
    if (parent == null || !schema.listType().equals("map") || !element.isObject()) {
      return null;
    }
    for (JsonNode candidate : parent.old()) {
      if (sameKeys(schema, candidate, element)) {
        return new Correlation(candidate);
      }
    }
    return null;
  }

  private static boolean sameKeys(Structural schema, JsonNode a, JsonNode b) {
    return schema.listMapKeys().stream().allMatch(key -> a.path(key).equals(b.path(key)));
  }

  /** Whether nothing has changed here. */
  boolean isSame(JsonNode value) {
    return old.equals(value);
  }
}
