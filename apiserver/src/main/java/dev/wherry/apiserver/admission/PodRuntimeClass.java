package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;

/** A pod gets the overhead, node selector and tolerations of its RuntimeClass. */
final class PodRuntimeClass implements AdmissionPlugin {
  private final ObjectView view;

  PodRuntimeClass(ObjectView view) {
    this.view = view;
  }

  @Override
  public String name() {
    return "RuntimeClass";
  }

  @Override
  public void mutate(AdmissionRequest request) {
    if (request.operation() != Operation.CREATE
        || !request.isFor(Resource.PODS)
        || request.object().isEmpty()) {
      return;
    }
    ObjectNode spec = Trees.object(request.object().get(), "spec");
    String className = Trees.text(spec, "runtimeClassName");
    if (className.isEmpty()) {
      if (!spec.path("overhead").isEmpty()) {
        throw refuse(
            request, "Pod Overhead set without corresponding RuntimeClass defined Overhead");
      }
      return;
    }
    ObjectNode runtimeClass =
        view.get(Resource.RUNTIME_CLASSES, "", className)
            .orElseThrow(() -> refuse(request, "RuntimeClass \"" + className + "\" not found"));
    setOverhead(request, spec, Trees.at(runtimeClass, "overhead", "podFixed"));
    mergeScheduling(request, spec, runtimeClass.path("scheduling"));
  }

  private static void setOverhead(AdmissionRequest request, ObjectNode spec, JsonNode fixed) {
    if (!spec.path("overhead").isEmpty() && !spec.path("overhead").equals(fixed)) {
      throw refuse(request, "Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    }
    if (!fixed.isEmpty()) {
      spec.set("overhead", fixed.deepCopy());
    }
  }

  private static void mergeScheduling(
      AdmissionRequest request, ObjectNode spec, JsonNode scheduling) {
    for (var entry : Trees.textMap(scheduling, "nodeSelector").entrySet()) {
      ObjectNode selector = Trees.object(spec, "nodeSelector");
      String present = Trees.text(selector, entry.getKey());
      if (!present.isEmpty() && !present.equals(entry.getValue())) {
        throw refuse(
            request, "conflict: runtimeClass.scheduling.nodeSelector[" + entry.getKey() + "]");
      }
      selector.put(entry.getKey(), entry.getValue());
    }
    for (JsonNode toleration : scheduling.path("tolerations")) {
      Trees.list(spec, "tolerations").add(toleration.deepCopy());
    }
  }

  private static ApiException refuse(AdmissionRequest request, String why) {
    return Refusals.forbidden(Resource.PODS, request.name(), "pod rejected: " + why);
  }
}
