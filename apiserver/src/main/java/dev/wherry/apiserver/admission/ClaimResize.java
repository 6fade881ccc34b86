package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.Quantity;

/** A claim grows only if its class lets it (upstream's PersistentVolumeClaimResize). */
final class ClaimResize implements AdmissionPlugin {
  private static final Resource CLASSES = new Resource("storage.k8s.io", "storageclasses");

  private final ObjectView view;

  ClaimResize(ObjectView view) {
    this.view = view;
  }

  @Override
  public String name() {
    return "PersistentVolumeClaimResize";
  }

  @Override
  public void validate(AdmissionRequest request) {
    if (request.operation() != Operation.UPDATE
        || !request.isFor(Resource.PERSISTENT_VOLUME_CLAIMS)
        || request.object().isEmpty()
        || request.oldObject().isEmpty()) {
      return;
    }
    ObjectNode claim = request.object().get();
    ObjectNode old = request.oldObject().get();
    if (asked(claim).compareTo(asked(old)) <= 0) {
      return;
    }
    if (!Trees.text(old, "status", "phase").equals("Bound")) {
      throw refuse(request, "Only bound persistent volume claims can be expanded");
    }
    if (!mayGrow(claim)) {
      throw refuse(
          request,
          "only dynamically provisioned pvc can be resized and the storageclass that provisions"
              + " the pvc must support resize");
    }
  }

  private boolean mayGrow(ObjectNode claim) {
    String name = Trees.text(claim, "spec", "storageClassName");
    return !name.isEmpty()
        && view.get(CLASSES, "", name)
            .map(c -> c.path("allowVolumeExpansion").asBoolean())
            .orElse(false);
  }

  private static Quantity asked(ObjectNode claim) {
    String text = Trees.text(claim, "spec", "resources", "requests", "storage");
    return text.isEmpty() ? Quantity.ZERO : Quantity.parse(text);
  }

  private static RuntimeException refuse(AdmissionRequest request, String why) {
    return Refusals.forbidden(Resource.PERSISTENT_VOLUME_CLAIMS, request.name(), why);
  }
}
