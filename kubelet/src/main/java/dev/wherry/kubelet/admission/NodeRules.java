package dev.wherry.kubelet.admission;

import dev.wherry.kubelet.launch.UserNamespaces;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.AppArmorProfile;
import dev.wherry.model.core.v1.PodOS;
import dev.wherry.model.core.v1.PodSecurityContext;
import dev.wherry.model.core.v1.Sysctl;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What no pod gets on this node, however much room there is (rule: upstream's kubelet lifecycle
 * predicates and its list of safe sysctls). Pure.
 */
public final class NodeRules {
  private static final Set<String> SAFE_SYSCTLS =
      Set.of(
          "kernel.shm_rmid_forced",
          "net.ipv4.ip_local_port_range",
          "net.ipv4.tcp_syncookies",
          "net.ipv4.ping_group_range",
          "net.ipv4.ip_unprivileged_port_start",
          "net.ipv4.ip_local_reserved_ports",
          "net.ipv4.tcp_keepalive_time",
          "net.ipv4.tcp_fin_timeout",
          "net.ipv4.tcp_keepalive_intvl",
          "net.ipv4.tcp_keepalive_probes",
          "net.ipv4.tcp_rmem",
          "net.ipv4.tcp_wmem");

  private static final String OS_LABEL = "kubernetes.io/os";
  private static final String OS = "linux";

  private NodeRules() {}

  /** The first rule that a pod breaks. */
  public static Optional<Rejection> check(PodView pod, NodeTraits node) {
    String label = pod.meta().labels().get(OS_LABEL);
    if (label != null && !label.equals(OS)) {
      return Optional.of(
          new Rejection(
              "PodOSSelectorNodeLabelDoesNotMatch",
              "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"));
    }
    PodOS os = pod.spec().os();
    if (os != null && !os.name().equals(OS)) {
      return Optional.of(
          new Rejection(
              "PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"));
    }
    if (UserNamespaces.asked(pod) && !node.userNamespaces().getAsBoolean()) {
      return Optional.of(new Rejection("UserNamespacesNotSupported", UserNamespaces.NOT_SUPPORTED));
    }
    if (!node.appArmor() && wantsAppArmor(pod)) {
      return Optional.of(
          new Rejection(
              "AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host"));
    }
    return sysctls(pod, node.unsafeSysctls());
  }

  private static boolean wantsAppArmor(PodView pod) {
    PodSecurityContext whole = pod.spec().securityContext();
    return enforced(whole == null ? null : whole.appArmorProfile())
        || pod.all().stream()
            .map(named -> named.container().securityContext())
            .anyMatch(own -> enforced(own == null ? null : own.appArmorProfile()));
  }

  private static boolean enforced(@Nullable AppArmorProfile profile) {
    return profile != null && !profile.type().equals("Unconfined");
  }

  private static Optional<Rejection> sysctls(PodView pod, List<String> unsafe) {
    PodSecurityContext security = pod.spec().securityContext();
    List<Sysctl> wanted = security == null ? List.of() : security.sysctls();
    for (Sysctl sysctl : wanted) {
      String name = sysctl.name().replace('/', '.');
      String problem = "";
      if (!SAFE_SYSCTLS.contains(name) && !allowed(name, unsafe)) {
        problem = "not allowlisted";
      } else if (name.startsWith("net.") && pod.hostNetwork()) {
        problem = "not allowed with host net enabled";
      } else if (name.startsWith("kernel.shm") && Boolean.TRUE.equals(pod.spec().hostIPC())) {
        problem = "not allowed with host ipc enabled";
      }
      if (!problem.isEmpty()) {
        return Optional.of(
            new Rejection(
                "SysctlForbidden", "forbidden sysctl: \"%s\" %s".formatted(name, problem)));
      }
    }
    return Optional.empty();
  }

  private static boolean allowed(String name, List<String> unsafe) {
    return unsafe.stream()
        .map(pattern -> pattern.replace('/', '.'))
        .anyMatch(pattern ->
            pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern));
  }
}
