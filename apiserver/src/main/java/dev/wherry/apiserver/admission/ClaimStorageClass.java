package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** A claim that names no class gets the default one; of several the newest. */
final class ClaimStorageClass implements AdmissionPlugin {
  private static final Resource CLASSES = new Resource("storage.k8s.io", "storageclasses");
  private static final String DEFAULT = "storageclass.kubernetes.io/is-default-class";
  private static final String BETA_DEFAULT = "storageclass.beta.kubernetes.io/is-default-class";
  private static final String BETA_CLASS = "volume.beta.kubernetes.io/storage-class";

  private final ObjectView view;

  ClaimStorageClass(ObjectView view) {
    this.view = view;
  }

  @Override
  public String name() {
    return "DefaultStorageClass";
  }

  @Override
  public void mutate(AdmissionRequest request) {
    if (request.operation() != Operation.CREATE
        || !request.isFor(Resource.PERSISTENT_VOLUME_CLAIMS)
        || request.object().isEmpty()) {
      return;
    }
    ObjectNode claim = request.object().get();
    boolean named =
        claim.path("spec").has("storageClassName")
            || Trees.textMap(claim, "metadata", "annotations").containsKey(BETA_CLASS);
    if (!named) {
      defaultClass()
          .ifPresent(c -> Trees.object(claim, "spec").put("storageClassName", Trees.name(c)));
    }
  }

  private Optional<ObjectNode> defaultClass() {
    return view.list(CLASSES, "").stream()
        .filter(ClaimStorageClass::isDefault)
        .max(
            Comparator.comparing((ObjectNode c) -> Trees.text(c, "metadata", "creationTimestamp"))
                .thenComparing(Trees::name, Comparator.reverseOrder()));
  }

  private static boolean isDefault(ObjectNode storageClass) {
    Map<String, String> annotations = Trees.textMap(storageClass, "metadata", "annotations");
    return "true".equals(annotations.get(DEFAULT)) || "true".equals(annotations.get(BETA_DEFAULT));
  }
}
