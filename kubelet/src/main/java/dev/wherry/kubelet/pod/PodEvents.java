package dev.wherry.kubelet.pod;

import dev.wherry.model.core.v1.Pod;

/** Where a pod's events go. Never blocks and never fails. */
public interface PodEvents {
  /** One of the two types of events. */
  enum Type {
    NORMAL,
    WARNING
  }

  /**
   * @param fieldPath what of the pod it is about, {@code spec.containers{name}}, or empty
   */
  void record(Pod pod, String fieldPath, Type type, String reason, String message);
}
