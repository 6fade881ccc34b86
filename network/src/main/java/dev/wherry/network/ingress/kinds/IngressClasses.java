package dev.wherry.network.ingress.kinds;

import dev.wherry.machinery.edge.EdgeClasses;
import dev.wherry.model.networking.v1.Ingress;
import dev.wherry.model.networking.v1.IngressClass;
import java.util.List;

/** Which Ingresses are ours: by their class, or by the annotation that was there before classes. */
public final class IngressClasses {
  private final List<String> ours;

  public IngressClasses(List<IngressClass> classes) {
    ours =
        classes.stream()
            .filter(one -> one.spec().controller().equals(EdgeClasses.INGRESS_CONTROLLER))
            .map(one -> one.metadata().name())
            .toList();
  }

  public boolean isOurs(Ingress ingress) {
    String name = ingress.spec().ingressClassName();
    if (!name.isEmpty()) {
      return ours.contains(name);
    }
    String old = ingress.metadata().annotations().getOrDefault(EdgeClasses.INGRESS_ANNOTATION, "");
    return ours.contains(old);
  }
}
