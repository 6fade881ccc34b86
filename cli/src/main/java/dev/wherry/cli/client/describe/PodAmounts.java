package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.Quantity;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a pod asks for as a whole: the sum of its containers and sidecars, or what one init
 * container needs if that is more, and the runtime's overhead (KEP-753).
 */
final class PodAmounts {
  private PodAmounts() {}

  /**
   * @param field {@code requests} or {@code limits}
   */
  static Map<String, Quantity> of(JsonNode pod, String field) {
    JsonNode spec = pod.path("spec");
    Map<String, Quantity> sum = new TreeMap<>();
    spec.path("containers").forEach(container -> add(sum, amounts(container, field)));
    Map<String, Quantity> sidecars = new TreeMap<>();
    Map<String, Quantity> peak = new TreeMap<>();
    for (JsonNode container : spec.path("initContainers")) {
      Map<String, Quantity> own = amounts(container, field);
      if (container.path("restartPolicy").asText("").equals("Always")) {
        add(sidecars, own);
        add(sum, own);
        raise(peak, sidecars);
      } else {
        Map<String, Quantity> together = new TreeMap<>(sidecars);
        add(together, own);
        raise(peak, together);
      }
    }
    raise(sum, peak);
    Map<String, Quantity> overhead = parse(spec.path("overhead"));
    if (field.equals("requests")) {
      add(sum, overhead);
    } else {
      overhead.keySet().retainAll(sum.keySet());
      add(sum, overhead);
    }
    return sum;
  }

  private static Map<String, Quantity> amounts(JsonNode container, String field) {
    return parse(container.path("resources").path(field));
  }

  private static Map<String, Quantity> parse(JsonNode amounts) {
    Map<String, Quantity> parsed = new TreeMap<>();
    amounts
        .properties()
        .forEach(e -> parsed.put(e.getKey(), Quantity.parse(e.getValue().asText())));
    return parsed;
  }

  static void add(Map<String, Quantity> sum, Map<String, Quantity> more) {
    more.forEach((name, amount) -> sum.merge(name, amount, Quantity::plus));
  }

  private static void raise(Map<String, Quantity> sum, Map<String, Quantity> least) {
    least.forEach((name, amount) -> sum.merge(name, amount, (a, b) -> a.compareTo(b) >= 0 ? a : b));
  }
}
