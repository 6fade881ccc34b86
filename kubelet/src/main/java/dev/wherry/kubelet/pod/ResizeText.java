package dev.wherry.kubelet.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.ResourceRequirements;
import dev.wherry.model.json.Json;
import java.util.List;
import java.util.Map;

/** What events say of a resize: the sizes as JSON, as upstream writes them. Pure. */
final class ResizeText {
  private ResizeText() {}

  static String of(PodView pod, List<PodView.Named> containers, String error) {
    ObjectNode text = Json.object();
    for (PodView.Named named : containers) {
      boolean init = named.role() != PodView.Role.MAIN;
      ObjectNode one =
          text.withArray(init ? "/initContainers" : "/containers")
              .addObject()
              .put("name", named.name());
      ResourceRequirements resources = named.container().resources();
      ObjectNode sizes = one.putObject("resources");
      if (resources != null) {
        amounts(sizes, "limits", resources.limits());
        amounts(sizes, "requests", resources.requests());
      }
    }
    Long generation = pod.meta().generation();
    text.put("generation", generation == null ? 0 : generation);
    if (!error.isEmpty()) {
      text.put("error", error);
    }
    return text.toString();
  }

  private static void amounts(ObjectNode into, String field, Map<String, Quantity> amounts) {
    if (!amounts.isEmpty()) {
      ObjectNode object = into.putObject(field);
      amounts.forEach((name, amount) -> object.put(name, amount.toString()));
    }
  }
}
