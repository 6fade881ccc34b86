package dev.wherry.runtime.builtin.spec;

import dev.wherry.proto.cri.v1.LinuxContainerResources;
import dev.wherry.proto.cri.v1.LinuxPodSandboxConfig;
import dev.wherry.proto.cri.v1.LinuxSandboxSecurityContext;
import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.NamespaceOption;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The specification of a sandbox: a process that does nothing, in namespaces that containers join.
 *
 * @param root holds the pause program, read-only and the same for all sandboxes
 */
public record SandboxSpec(
    String id, PodSandboxConfig config, Path root, boolean systemd, HostFacts host) {
  /** The pause program in {@link #root}. */
  public static final String PROGRAM = "pause";

  /** Sandboxes go last when memory runs out: losing one loses the pod. */
  private static final int OOM_SCORE = -998;

  private static final int CPU_SHARES = 2;

  /** Nobody's, as the pause image of upstream says. */
  private static final long NOBODY = 65535;

  private static final String PING_GROUPS = "net.ipv4.ping_group_range";

  /** What containerd 2 lets every pod with a network of its own do: low ports, ping. */
  private static final Map<String, String> NETWORK_SYSCTLS =
      Map.of("net.ipv4.ip_unprivileged_port_start", "0", PING_GROUPS, "0 2147483647");

  /** Whether the pod lives in the node's network. */
  public static boolean hostNetwork(PodSandboxConfig config) {
    return config.getLinux().getSecurityContext().getNamespaceOptions().getNetwork()
        == NamespaceMode.NODE;
  }

  /**
   * Makes it.
   *
   * @throws IllegalArgumentException for what cannot be had, with a sentence
   */
  public OciSpec build() {
    LinuxPodSandboxConfig linux = config.getLinux();
    LinuxSandboxSecurityContext security = linux.getSecurityContext();
    boolean hostNetwork = hostNetwork(config);
    Optional<UserIds> users = UserIds.of(security.getNamespaceOptions());
    var mounts = new Mounts(users);
    mounts.sandboxKernel();
    LinuxContainerResources resources =
        LinuxContainerResources.newBuilder().setCpuShares(CPU_SHARES).build();
    return new OciSpec(
        process(security),
        root.toString(),
        true,
        hostNetwork ? "" : config.getHostname(),
        mounts.all(),
        Map.of(),
        namespaces(security.getNamespaceOptions(), hostNetwork, users.isPresent()),
        CgroupPlace.of(linux.getCgroupParent(), id, systemd).path(),
        Resources.tree(resources, host),
        List.of(),
        false,
        security.hasSeccomp() && !security.getPrivileged()
            ? Seccomp.of(security.getSeccomp(), List.of())
            : Optional.empty(),
        List.of(),
        List.of(),
        "",
        sysctls(hostNetwork, users),
        users);
  }

  private OciProcess process(LinuxSandboxSecurityContext security) {
    long uid = security.hasRunAsUser() ? security.getRunAsUser().getValue() : NOBODY;
    long gid = security.hasRunAsGroup() ? security.getRunAsGroup().getValue() : NOBODY;
    if (security.hasRunAsGroup() && !security.hasRunAsUser()) {
      throw new IllegalArgumentException("run_as_group without a user");
    }
    var groups = new LinkedHashSet<>(List.of(gid));
    groups.addAll(security.getSupplementalGroupsList());
    return new OciProcess(
        false,
        new OciUser(uid, gid, List.copyOf(groups)),
        List.of("/" + PROGRAM),
        List.of("PATH=/"),
        "/",
        List.of(),
        List.of(),
        true,
        host.oomScore().clamp(OOM_SCORE),
        security.hasApparmor() ? host.apparmor().named(security.getApparmor()) : "");
  }

  private static List<OciNamespace> namespaces(
      NamespaceOption wanted, boolean hostNetwork, boolean ownUsers) {
    var namespaces = new ArrayList<>(List.of(OciNamespace.fresh("mount")));
    if (ownUsers) {
      namespaces.add(OciNamespace.fresh("user"));
    }
    if (!hostNetwork) {
      namespaces.add(OciNamespace.fresh("network"));
      namespaces.add(OciNamespace.fresh("uts"));
    }
    if (wanted.getIpc() != NamespaceMode.NODE) {
      namespaces.add(OciNamespace.fresh("ipc"));
    }
    if (wanted.getPid() != NamespaceMode.NODE) {
      namespaces.add(OciNamespace.fresh("pid"));
    }
    return namespaces;
  }

  private Map<String, String> sysctls(boolean hostNetwork, Optional<UserIds> users) {
    var sysctls = new LinkedHashMap<String, String>();
    if (!hostNetwork) {
      sysctls.putAll(NETWORK_SYSCTLS);
      // The kernel takes no groups that the namespace has not.
      users.ifPresent(ids -> sysctls.put(PING_GROUPS, "0 " + (ids.count() - 1)));
    }
    sysctls.putAll(config.getLinux().getSysctlsMap());
    return sysctls;
  }
}
