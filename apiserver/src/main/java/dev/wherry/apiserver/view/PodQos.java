package dev.wherry.apiserver.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.Quantity;
import java.util.ArrayList;
import java.util.List;

/** The quality-of-service class of a pod's spec (core/v1 helper qos). Pure. */
public final class PodQos {
  /** Nothing is asked for and nothing is bound. */
  public static final String BEST_EFFORT = "BestEffort";

  private static final List<String> COUNTED = List.of("cpu", "memory");

  private PodQos() {}

  /** BestEffort, Burstable or Guaranteed, by what quantities mean, not by how they are written. */
  public static String of(JsonNode spec) {
    boolean any = false;
    boolean guaranteed = true;
    for (JsonNode sized : sized(spec)) {
      for (String name : COUNTED) {
        Quantity limit = amount(sized, "limits", name, Quantity.ZERO);
        Quantity request = amount(sized, "requests", name, limit);
        any |= limit.signum() > 0 || request.signum() > 0;
        guaranteed &= limit.signum() > 0 && request.compareTo(limit) == 0;
      }
    }
    return !any ? BEST_EFFORT : guaranteed ? "Guaranteed" : "Burstable";
  }

  /** The pod as a whole where it has a size of its own, else its containers. */
  private static List<JsonNode> sized(JsonNode spec) {
    JsonNode whole = spec.path("resources");
    if (!whole.path("requests").isEmpty() || !whole.path("limits").isEmpty()) {
      return List.of(spec);
    }
    List<JsonNode> containers = new ArrayList<>();
    spec.path("containers").forEach(containers::add);
    spec.path("initContainers").forEach(containers::add);
    return containers;
  }

  private static Quantity amount(JsonNode container, String side, String name, Quantity absent) {
    String text = container.path("resources").path(side).path(name).asText();
    return text.isEmpty() ? absent : Quantity.parse(text);
  }
}
