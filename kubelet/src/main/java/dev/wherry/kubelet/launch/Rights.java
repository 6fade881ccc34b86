package dev.wherry.kubelet.launch;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.AppArmorProfile;
import dev.wherry.model.core.v1.Capabilities;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.PodSecurityContext;
import dev.wherry.model.core.v1.SELinuxOptions;
import dev.wherry.model.core.v1.SeccompProfile;
import dev.wherry.model.core.v1.SecurityContext;
import dev.wherry.proto.cri.v1.Capability;
import dev.wherry.proto.cri.v1.Int64Value;
import dev.wherry.proto.cri.v1.LinuxContainerSecurityContext;
import dev.wherry.proto.cri.v1.LinuxSandboxSecurityContext;
import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.NamespaceOption;
import dev.wherry.proto.cri.v1.SELinuxOption;
import dev.wherry.proto.cri.v1.SecurityProfile;
import dev.wherry.proto.cri.v1.SupplementalGroupsPolicy;
import dev.wherry.proto.cri.v1.UserNamespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Security contexts in the runtime's terms; a container's own settings come before its pod's. */
public final class Rights {
  private static final List<String> MASKED =
      List.of(
          "/proc/asound",
          "/proc/acpi",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/sys/firmware",
          "/sys/devices/virtual/powercap");
  private static final List<String> READ_ONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  private Rights() {}

  static LinuxSandboxSecurityContext sandbox(PodView pod, Path seccompRoot, UserNamespace users) {
    PodSecurityContext security = context(pod);
    LinuxSandboxSecurityContext.Builder out =
        LinuxSandboxSecurityContext.newBuilder()
            .setNamespaceOptions(namespaces(pod, users))
            .setPrivileged(pod.all().stream().anyMatch(c -> privileged(c.container())))
            .addAllSupplementalGroups(groups(security))
            .setSeccomp(
                SecurityProfile.newBuilder()
                    .setProfileType(SecurityProfile.ProfileType.RuntimeDefault));
    if (security.seccompProfile() != null) {
      out.setSeccomp(seccomp(security.seccompProfile(), seccompRoot));
    }
    if (security.runAsUser() != null) {
      out.setRunAsUser(Int64Value.newBuilder().setValue(security.runAsUser()));
      if (security.runAsGroup() != null) {
        out.setRunAsGroup(Int64Value.newBuilder().setValue(security.runAsGroup()));
      }
    }
    if (security.seLinuxOptions() != null) {
      out.setSelinuxOptions(selinux(security.seLinuxOptions()));
    }
    return out.build();
  }

  static LinuxContainerSecurityContext container(
      PodView pod,
      Container container,
      Path seccompRoot,
      boolean seccompDefault,
      String targetId,
      UserNamespace users) {
    PodSecurityContext podSide = context(pod);
    SecurityContext own = context(container);
    LinuxContainerSecurityContext.Builder out =
        LinuxContainerSecurityContext.newBuilder()
            .setNamespaceOptions(namespaces(pod, users, targetId))
            .setPrivileged(privileged(container))
            .setReadonlyRootfs(Boolean.TRUE.equals(own.readOnlyRootFilesystem()))
            .setNoNewPrivs(Boolean.FALSE.equals(own.allowPrivilegeEscalation()))
            .addAllSupplementalGroups(groups(podSide));
    if (podSide.supplementalGroupsPolicy().equals("Strict")) {
      out.setSupplementalGroupsPolicy(SupplementalGroupsPolicy.Strict);
    }
    Long group = own.runAsGroup() == null ? podSide.runAsGroup() : own.runAsGroup();
    pod.user(container).ifPresent(user -> out.setRunAsUser(Int64Value.newBuilder().setValue(user)));
    if (group != null) {
      out.setRunAsGroup(Int64Value.newBuilder().setValue(group));
    }
    Capabilities capabilities = own.capabilities();
    if (capabilities != null) {
      out.setCapabilities(
          Capability.newBuilder()
              .addAllAddCapabilities(capabilities.add())
              .addAllDropCapabilities(capabilities.drop()));
    }
    SELinuxOptions selinux =
        own.seLinuxOptions() == null ? podSide.seLinuxOptions() : own.seLinuxOptions();
    if (selinux != null) {
      out.setSelinuxOptions(selinux(selinux));
    }
    SeccompProfile profile =
        own.seccompProfile() == null ? podSide.seccompProfile() : own.seccompProfile();
    out.setSeccomp(
        profile == null
            ? SecurityProfile.newBuilder()
                .setProfileType(
                    seccompDefault
                        ? SecurityProfile.ProfileType.RuntimeDefault
                        : SecurityProfile.ProfileType.Unconfined)
                .build()
            : seccomp(profile, seccompRoot));
    AppArmorProfile appArmor =
        own.appArmorProfile() == null ? podSide.appArmorProfile() : own.appArmorProfile();
    if (appArmor != null) {
      out.setApparmor(appArmor(appArmor));
    }
    if (!privileged(container) && !own.procMount().equals("Unmasked")) {
      out.addAllMaskedPaths(MASKED).addAllReadonlyPaths(READ_ONLY);
    }
    return out.build();
  }

  /** Whether the container must not run as root. */
  public static boolean nonRoot(PodView pod, Container container) {
    Boolean own = context(container).runAsNonRoot();
    return Boolean.TRUE.equals(own == null ? context(pod).runAsNonRoot() : own);
  }

  static boolean privileged(Container container) {
    return Boolean.TRUE.equals(context(container).privileged());
  }

  static NamespaceOption namespaces(PodView pod, UserNamespace users) {
    NamespaceMode pid = NamespaceMode.CONTAINER;
    if (Boolean.TRUE.equals(pod.spec().hostPID())) {
      pid = NamespaceMode.NODE;
    } else if (Boolean.TRUE.equals(pod.spec().shareProcessNamespace())) {
      pid = NamespaceMode.POD;
    }
    return NamespaceOption.newBuilder()
        .setNetwork(pod.hostNetwork() ? NamespaceMode.NODE : NamespaceMode.POD)
        .setPid(pid)
        .setIpc(Boolean.TRUE.equals(pod.spec().hostIPC()) ? NamespaceMode.NODE : NamespaceMode.POD)
        .setUsernsOptions(users)
        .build();
  }

  private static NamespaceOption namespaces(PodView pod, UserNamespace users, String targetId) {
    return targetId.isEmpty()
        ? namespaces(pod, users)
        : namespaces(pod, users).toBuilder()
            .setPid(NamespaceMode.TARGET)
            .setTargetId(targetId)
            .build();
  }

  static PodSecurityContext context(PodView pod) {
    PodSecurityContext security = pod.spec().securityContext();
    return security == null ? PodSecurityContext.EMPTY : security;
  }

  private static SecurityContext context(Container container) {
    SecurityContext security = container.securityContext();
    return security == null ? SecurityContext.EMPTY : security;
  }

  private static List<Long> groups(PodSecurityContext security) {
    List<Long> groups = new ArrayList<>(security.supplementalGroups());
    if (security.fsGroup() != null) {
      groups.add(security.fsGroup());
    }
    return groups;
  }

  private static SELinuxOption selinux(SELinuxOptions options) {
    return SELinuxOption.newBuilder()
        .setUser(options.user())
        .setRole(options.role())
        .setType(options.type())
        .setLevel(options.level())
        .build();
  }

  /** Profiles of AppArmor are loaded into the kernel and have names, no files. */
  private static SecurityProfile appArmor(AppArmorProfile profile) {
    SecurityProfile.ProfileType type =
        switch (profile.type()) {
          case "Unconfined" -> SecurityProfile.ProfileType.Unconfined;
          case "Localhost" -> SecurityProfile.ProfileType.Localhost;
          default -> SecurityProfile.ProfileType.RuntimeDefault;
        };
    return SecurityProfile.newBuilder()
        .setProfileType(type)
        .setLocalhostRef(profile.localhostProfile())
        .build();
  }

  private static SecurityProfile seccomp(SeccompProfile profile, Path root) {
    return switch (profile.type()) {
      case "Unconfined" ->
          SecurityProfile.newBuilder()
              .setProfileType(SecurityProfile.ProfileType.Unconfined)
              .build();
      case "Localhost" ->
          SecurityProfile.newBuilder()
              .setProfileType(SecurityProfile.ProfileType.Localhost)
              .setLocalhostRef(root.resolve(profile.localhostProfile()).toString())
              .build();
      default ->
          SecurityProfile.newBuilder()
              .setProfileType(SecurityProfile.ProfileType.RuntimeDefault)
              .build();
    };
  }
}
