package dev.wherry.machinery.loop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.event.EventType;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;

/** One step of a plan. */
public sealed interface Action {
  record Create<T extends KubeObject>(Kind<T> kind, T object) implements Action {}

  record Update<T extends KubeObject>(Kind<T> kind, T object) implements Action {}

  record UpdateStatus<T extends KubeObject>(Kind<T> kind, T object) implements Action {}

  /**
   * @param subresource "" for the object itself
   */
  record Patch(
      Kind<?> kind,
      String namespace,
      String name,
      PatchType type,
      JsonNode body,
      String subresource)
      implements Action {}

  record Delete(Kind<?> kind, String namespace, String name, DeleteOptions options)
      implements Action {}

  /** An event about an object. */
  record Report(ObjectReference regarding, EventType type, String reason, String message)
      implements Action {}
}
