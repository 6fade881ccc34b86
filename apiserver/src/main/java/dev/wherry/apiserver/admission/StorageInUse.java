package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;

/**
 * New volumes and claims bear the finalizers by which the protection controllers keep them while
 * they are in use (upstream's StorageObjectInUseProtection).
 */
final class StorageInUse implements AdmissionPlugin {
  private static final String VOLUME = "kubernetes.io/pv-protection";
  private static final String CLAIM = "kubernetes.io/pvc-protection";

  @Override
  public String name() {
    return "StorageObjectInUseProtection";
  }

  @Override
  public void mutate(AdmissionRequest request) {
    if (request.operation() != Operation.CREATE) {
      return;
    }
    if (request.isFor(Resource.PERSISTENT_VOLUMES)) {
      request.object().ifPresent(volume -> add(volume, VOLUME));
    } else if (request.isFor(Resource.PERSISTENT_VOLUME_CLAIMS)) {
      request.object().ifPresent(claim -> add(claim, CLAIM));
    }
  }

  private static void add(ObjectNode object, String finalizer) {
    ArrayNode all = Trees.list(Trees.object(object, "metadata"), "finalizers");
    for (JsonNode one : all) {
      if (one.asText().equals(finalizer)) {
        return;
      }
    }
    all.add(finalizer);
  }
}
