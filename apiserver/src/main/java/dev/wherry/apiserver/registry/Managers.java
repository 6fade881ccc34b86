package dev.wherry.apiserver.registry;

/** The field managers' names of components in this process: what upstream's programs are called. */
final class Managers {
  private static final String CONTROLLERS = "system:serviceaccount:kube-system:";
  private static final String NODE = "system:node:";
  private static final String SYSTEM = "system:";

  private Managers() {}

  static String of(String user) {
    if (user.startsWith(CONTROLLERS)) {
      return "kube-controller-manager";
    }
    if (user.startsWith(NODE)) {
      return "kubelet";
    }
    return switch (user) {
      case "system:apiserver" -> "kube-apiserver";
      case "system:kube-controller-manager" -> "kube-controller-manager";
      case "system:kube-scheduler" -> "kube-scheduler";
      default -> user.startsWith(SYSTEM) ? user.substring(SYSTEM.length()) : user;
    };
  }
}
