package dev.wherry.controllers.workload;

import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import java.util.Optional;

/** Reads and makes the reference by which an object says who controls it. */
public final class Owners {
  private Owners() {}

  public static Optional<OwnerReference> controller(ObjectMeta meta) {
    return meta.ownerReferences().stream()
        .filter(r -> Boolean.TRUE.equals(r.controller()))
        .findFirst();
  }

  public static boolean isControlledBy(KubeObject object, String uid) {
    return controller(object.metadata()).map(r -> r.uid().equals(uid)).orElse(false);
  }

  /** A reference with {@code controller} and {@code blockOwnerDeletion}. */
  public static OwnerReference reference(KubeObject owner) {
    return OwnerReference.builder()
        .apiVersion(owner.kind().info().apiVersion())
        .kind(owner.kind().info().kind())
        .name(owner.metadata().name())
        .uid(owner.metadata().uid())
        .controller(true)
        .blockOwnerDeletion(true)
        .build();
  }
}
