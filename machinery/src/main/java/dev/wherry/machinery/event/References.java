package dev.wherry.machinery.event;

import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;

/** Makes the reference by which an event names its object. */
public final class References {
  private References() {}

  public static ObjectReference to(KubeObject object) {
    ObjectMeta meta = object.metadata();
    return to(object.kind().info(), meta.namespace(), meta.name(), meta.uid()).toBuilder()
        .resourceVersion(meta.resourceVersion())
        .build();
  }

  /**
   * An object of which no more is at hand.
   *
   * @param uid "" where it is not known
   */
  public static ObjectReference to(KindInfo kind, String namespace, String name, String uid) {
    return ObjectReference.builder()
        .apiVersion(kind.apiVersion())
        .kind(kind.kind())
        .namespace(namespace)
        .name(name)
        .uid(uid)
        .build();
  }

  /** The object, and within it a field such as {@code spec.containers{count}}. */
  public static ObjectReference to(KubeObject object, String fieldPath) {
    return to(object).toBuilder().fieldPath(fieldPath).build();
  }
}
