package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.List;
import java.util.Optional;

/**
 * A pod is labelled with the zone and region of its node when it is bound (KEP-4742), so that its
 * containers can read them.
 */
final class PodTopologyLabels implements AdmissionPlugin {
  private static final List<String> LABELS =
      List.of("topology.kubernetes.io/zone", "topology.kubernetes.io/region");

  private final ObjectView view;

  PodTopologyLabels(ObjectView view) {
    this.view = view;
  }

  @Override
  public String name() {
    return "PodTopologyLabels";
  }

  @Override
  public void mutate(AdmissionRequest request) {
    if (request.operation() != Operation.CREATE || request.object().isEmpty()) {
      return;
    }
    ObjectNode object = request.object().get();
    if (request.isFor(Resource.PODS, "binding")) {
      label(object, Trees.text(object, "target", "name"));
    } else if (request.isFor(Resource.PODS)) {
      label(object, Trees.text(object, "spec", "nodeName"));
    }
  }

  private void label(ObjectNode object, String node) {
    if (node.isEmpty()) {
      return;
    }
    Optional<ObjectNode> found = view.get(Resource.NODES, "", node);
    if (found.isEmpty()) {
      return;
    }
    JsonNode labels = Trees.at(found.get(), "metadata", "labels");
    for (String label : LABELS) {
      if (labels.path(label).isTextual()) {
        ObjectNode own = object.withObject("/metadata/labels");
        if (!own.has(label)) {
          own.set(label, labels.get(label));
        }
      }
    }
  }
}
