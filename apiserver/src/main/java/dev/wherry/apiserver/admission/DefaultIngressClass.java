package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.Comparator;

/** A new Ingress that names no class gets the default one, of several the newest. */
final class DefaultIngressClass implements AdmissionPlugin {
  private static final String GROUP = "networking.k8s.io";
  private static final Resource INGRESSES = new Resource(GROUP, "ingresses");
  private static final Resource CLASSES = new Resource(GROUP, "ingressclasses");
  private static final String NAMED = "kubernetes.io/ingress.class";
  private static final String DEFAULT = "ingressclass.kubernetes.io/is-default-class";

  private final ObjectView view;

  DefaultIngressClass(ObjectView view) {
    this.view = view;
  }

  @Override
  public String name() {
    return "DefaultIngressClass";
  }

  @Override
  public void mutate(AdmissionRequest request) {
    if (request.operation() != Operation.CREATE
        || !request.isFor(INGRESSES)
        || request.object().isEmpty()) {
      return;
    }
    ObjectNode ingress = request.object().get();
    boolean named =
        ingress.path("spec").hasNonNull("ingressClassName")
            || Trees.at(ingress, "metadata", "annotations").has(NAMED);
    if (!named) {
      view.list(CLASSES, "").stream()
          .filter(c -> Trees.text(c, "metadata", "annotations", DEFAULT).equals("true"))
          .min(
              Comparator.comparing((ObjectNode c) -> Trees.text(c, "metadata", "creationTimestamp"))
                  .reversed()
                  .thenComparing(Trees::name))
          .ifPresent(c -> Trees.object(ingress, "spec").put("ingressClassName", Trees.name(c)));
    }
  }
}
