package dev.wherry.runtime.builtin;

import dev.wherry.proto.cri.v1.ContainerEventType;

/** Is told of every change in a pod's life. */
@FunctionalInterface
public interface PodEvents {
  /**
   * Something has happened.
   *
   * @param id a container's, or the sandbox's own
   */
  void publish(String id, String sandboxId, ContainerEventType type);
}
