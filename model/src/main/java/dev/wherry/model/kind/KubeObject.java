package dev.wherry.model.kind;

import dev.wherry.model.meta.v1.ObjectMeta;

/** An object of the API as a typed, immutable record. */
public interface KubeObject {
  ObjectMeta metadata();

  Kind<?> kind();
}
