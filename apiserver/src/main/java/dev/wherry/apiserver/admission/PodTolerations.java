package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;

/**
 * Pods stay so long on a node that is not ready or unreachable, unless they say otherwise.
 *
 * @param notReadySeconds usually five minutes
 */
public record PodTolerations(long notReadySeconds, long unreachableSeconds)
    implements AdmissionPlugin {

  @Override
  public String name() {
    return "DefaultTolerationSeconds";
  }

  @Override
  public void mutate(AdmissionRequest request) {
    boolean writes =
        request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE;
    if (!writes || !request.isFor(Resource.PODS)) {
      return;
    }
    request
        .object()
        .ifPresent(pod -> {
          ObjectNode spec = Trees.object(pod, "spec");
          addIfMissing(spec, "node.kubernetes.io/not-ready", notReadySeconds);
          addIfMissing(spec, "node.kubernetes.io/unreachable", unreachableSeconds);
        });
  }

  private static void addIfMissing(ObjectNode spec, String taint, long seconds) {
    for (JsonNode toleration : spec.path("tolerations")) {
      String key = Trees.text(toleration, "key");
      String effect = Trees.text(toleration, "effect");
      if ((key.isEmpty() || key.equals(taint))
          && (effect.isEmpty() || effect.equals("NoExecute"))) {
        return;
      }
    }
    Trees.list(spec, "tolerations")
        .addObject()
        .put("key", taint)
        .put("operator", "Exists")
        .put("effect", "NoExecute")
        .put("tolerationSeconds", seconds);
  }
}
