package dev.wherry.runtime.docker;

import dev.wherry.proto.cri.v1.ContainerMetadata;
import dev.wherry.proto.cri.v1.PodSandboxMetadata;

/**
 * Docker names a person recognises: {@code k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT}, with POD as
 * the sandbox's container name, as dockershim named them. Nothing parses them.
 */
final class ContainerNames {
  private ContainerNames() {}

  static String sandbox(PodSandboxMetadata pod) {
    return name("POD", pod, pod.getAttempt());
  }

  static String container(PodSandboxMetadata pod, ContainerMetadata container) {
    return name(container.getName(), pod, container.getAttempt());
  }

  private static String name(String container, PodSandboxMetadata pod, int attempt) {
    return String.join(
        "_",
        "k8s",
        container,
        pod.getName(),
        pod.getNamespace(),
        pod.getUid(),
        Integer.toUnsignedString(attempt));
  }
}
