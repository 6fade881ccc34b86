package dev.wherry.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds what only changes as a whole in a partly described object. */
public final class Atomics {
  private Atomics() {}

  /** Paths of atomic lists, maps and structures, such as {@code .spec.nodeSelector}. */
  public static List<String> of(MergeType type, JsonNode value) {
    List<String> found = new ArrayList<>();
    collect(type, value, "", found);
    return found;
  }

  private static void collect(MergeType type, JsonNode value, String path, List<String> found) {
    if (value.isObject()) {
      if (type.isAtomicMap()) {
        found.add(path);
      }
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        String name = field.getKey();
        if (type.declares(name)) {
          collect(type.field(name), field.getValue(), path + "." + name, found);
        }
      }
    } else if (value.isArray()) {
      if (type.isAtomicList()) {
        found.add(path);
      }
      for (int i = 0; i < value.size(); i++) {
        collect(type.item(), value.get(i), path + "[" + i + "]", found);
      }
    }
  }
}
