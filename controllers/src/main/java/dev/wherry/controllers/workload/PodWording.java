package dev.wherry.controllers.workload;

import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;

/** How the events about an owner's pods read. */
public enum PodWording {
  /** As those of all owners but StatefulSets (upstream: RealPodControl). */
  PLAIN,
  /** As those of StatefulSets (upstream: stateful_pod_control, recordPodEvent). */
  STATEFUL;

  String created(KubeObject owner, String pod) {
    return switch (this) {
      case PLAIN -> "Created pod: " + pod;
      case STATEFUL -> of("Create", owner, pod) + " successful";
    };
  }

  /** What is said of a pod that could not be made. */
  public String notCreated(KubeObject owner, String pod, String why) {
    return switch (this) {
      case PLAIN -> "Error creating: " + why;
      case STATEFUL -> of("Create", owner, pod) + " failed error: " + why;
    };
  }

  String deleted(KubeObject owner, String pod) {
    return switch (this) {
      case PLAIN -> "Deleted pod: " + pod;
      case STATEFUL -> of("Delete", owner, pod) + " successful";
    };
  }

  String notDeleted(KubeObject owner, String pod, String why) {
    return switch (this) {
      case PLAIN -> "Error deleting: " + why;
      case STATEFUL -> of("Delete", owner, pod) + " failed error: " + why;
    };
  }

  /** A StatefulSet's pod that is there already is only news to the view. */
  boolean isNews(ApiException refusal) {
    return this == PLAIN || refusal.reason() != Reason.ALREADY_EXISTS;
  }

  private static String of(String verb, KubeObject set, String pod) {
    return verb + " Pod " + pod + " in StatefulSet " + set.metadata().name();
  }
}
