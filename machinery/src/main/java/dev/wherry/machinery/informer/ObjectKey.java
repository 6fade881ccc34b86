package dev.wherry.machinery.informer;

import dev.wherry.model.kind.KubeObject;
import java.util.Comparator;

/**
 * Names an object within its kind.
 *
 * @param namespace "" for cluster scope
 */
public record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {
  private static final Comparator<ObjectKey> ORDER =
      Comparator.comparing(ObjectKey::namespace).thenComparing(ObjectKey::name);

  public static ObjectKey of(KubeObject object) {
    return new ObjectKey(object.metadata().namespace(), object.metadata().name());
  }

  /** The key of an object of cluster scope. */
  public static ObjectKey of(String name) {
    return new ObjectKey("", name);
  }

  @Override
  public int compareTo(ObjectKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return namespace.isEmpty() ? name : namespace + "/" + name;
  }
}
