package dev.wherry.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.RestartPolicy;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import dev.wherry.proto.cri.v1.LinuxPodSandboxConfig;
import dev.wherry.proto.cri.v1.LinuxSandboxSecurityContext;
import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.NamespaceOption;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.runtime.OomScore;
import java.util.List;
import java.util.Map;

/** Turns a sandbox's configuration into the Docker container that holds its namespaces. */
final class SandboxCreation {
  /** Sandboxes go last when memory runs out: losing one loses the pod. */
  private static final int OOM_SCORE = -998;

  private static final int CPU_SHARES = 2;

  private final OomScore oomScore;

  SandboxCreation(OomScore oomScore) {
    this.oomScore = oomScore;
  }

  CreateContainerCmd command(
      DockerClient docker,
      String image,
      String name,
      Map<String, String> labels,
      PodSandboxConfig config) {
    CreateContainerCmd create =
        docker
            .createContainerCmd(image)
            .withName(name)
            .withLabels(labels)
            .withHostConfig(hostConfig(config.getLinux()));
    String user = user(config.getLinux().getSecurityContext());
    if (!user.isEmpty()) {
      create.withUser(user);
    }
    if (!config.getHostname().isEmpty() && !hostNetwork(config)) {
      create.withHostName(config.getHostname());
    }
    return create;
  }

  private CriHostConfig hostConfig(LinuxPodSandboxConfig linux) {
    LinuxSandboxSecurityContext security = linux.getSecurityContext();
    NamespaceOption namespaces = security.getNamespaceOptions();
    var host = new CriHostConfig();
    LinuxContainerResources resources =
        LinuxContainerResources.newBuilder()
            .setOomScoreAdj(OOM_SCORE)
            .setCpuShares(CPU_SHARES)
            .build();
    ResourceLimits.apply(resources, host, oomScore);
    boolean hostNetwork = namespaces.getNetwork() == NamespaceMode.NODE;
    host.withNetworkMode(hostNetwork ? "host" : "none");
    if (hostNetwork) {
      host.withUtSMode("host");
    }
    host.withIpcMode(namespaces.getIpc() == NamespaceMode.NODE ? "host" : "shareable");
    if (namespaces.getPid() == NamespaceMode.NODE) {
      host.withPidMode("host");
    }
    if (!linux.getCgroupParent().isEmpty()) {
      host.withCgroupParent(linux.getCgroupParent());
    }
    host.withSysctls(linux.getSysctlsMap());
    host.withPrivileged(security.getPrivileged());
    host.withReadonlyRootfs(security.getReadonlyRootfs());
    host.withGroupAdd(SecurityOptions.groups(security.getSupplementalGroupsList()));
    // The pause program needs no calls a profile would refuse; Docker's default profile stays on
    // unless another one is asked for.
    List<String> options =
        SecurityOptions.options(
            security.getSeccomp(), security.getApparmor(), security.getSelinuxOptions());
    options.add("no-new-privileges");
    host.withSecurityOpts(options);
    host.withRestartPolicy(RestartPolicy.noRestart());
    host.withLogConfig(new LogConfig(LogConfig.LoggingType.NONE));
    return host;
  }

  private static String user(LinuxSandboxSecurityContext security) {
    if (!security.hasRunAsUser()) {
      return "";
    }
    String user = Long.toString(security.getRunAsUser().getValue());
    return security.hasRunAsGroup() ? user + ":" + security.getRunAsGroup().getValue() : user;
  }

  static boolean hostNetwork(PodSandboxConfig config) {
    return config.getLinux().getSecurityContext().getNamespaceOptions().getNetwork()
        == NamespaceMode.NODE;
  }
}
