package dev.wherry.machinery.event;

import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;

/** Makes the reference by which an event names its object. */
public final class References {
  private References() {}

  public static ObjectReference to(KubeObject object) {
    ObjectMeta meta = object.metadata();
    return ObjectReference.builder()
        .apiVersion(object.kind().info().apiVersion())
        .kind(object.kind().info().kind())
        .namespace(meta.namespace())
        .name(meta.name())
        .uid(meta.uid())
        .resourceVersion(meta.resourceVersion())
        .build();
  }

  /** The object, and within it a field such as {@code spec.containers{count}}. */
  public static ObjectReference to(KubeObject object, String fieldPath) {
    return to(object).toBuilder().fieldPath(fieldPath).build();
  }
}
