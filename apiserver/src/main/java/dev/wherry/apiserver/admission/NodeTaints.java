package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;

/** A new node takes no pods until the node lifecycle controller has seen it ready. */
final class NodeTaints implements AdmissionPlugin {
  private static final String NOT_READY = "node.kubernetes.io/not-ready";

  @Override
  public String name() {
    return "TaintNodesByCondition";
  }

  @Override
  public void mutate(AdmissionRequest request) {
    if (request.operation() != Operation.CREATE || !request.isFor(Resource.NODES)) {
      return;
    }
    request.object().ifPresent(NodeTaints::taint);
  }

  private static void taint(ObjectNode node) {
    ObjectNode spec = Trees.object(node, "spec");
    for (JsonNode taint : spec.path("taints")) {
      if (Trees.text(taint, "key").equals(NOT_READY)
          && Trees.text(taint, "effect").equals("NoSchedule")) {
        return;
      }
    }
    Trees.list(spec, "taints").addObject().put("key", NOT_READY).put("effect", "NoSchedule");
  }
}
