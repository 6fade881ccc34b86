package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What a write of {@code pods/resize} brings along (core registry/pod strategy, KEP-1287). */
final class PodSizes {
  private static final List<String> LISTS = List.of("containers", "initContainers");
  private static final List<String> FIELDS = List.of("resources", "resizePolicy");

  private PodSizes() {}

  /**
   * Takes sizes from what was sent into the stored spec and drops all else. Lists that do not match
   * are taken whole, for validation to refuse them.
   */
  static void take(JsonNode sent, ObjectNode spec) {
    for (String list : LISTS) {
      JsonNode wanted = sent.path(list);
      if (wanted.size() != spec.path(list).size()) {
        spec.set(list, wanted);
      } else if (spec.path(list) instanceof ArrayNode kept) {
        for (int i = 0; i < kept.size(); i++) {
          take(wanted.get(i), kept, i);
        }
      }
    }
  }

  private static void take(JsonNode wanted, ArrayNode kept, int i) {
    if (!wanted.path("name").equals(kept.get(i).path("name"))) {
      kept.set(i, wanted);
      return;
    }
    ObjectNode container = (ObjectNode) kept.get(i);
    for (String field : FIELDS) {
      if (wanted.has(field)) {
        container.set(field, wanted.get(field));
      } else {
        container.remove(field);
      }
    }
  }
}
