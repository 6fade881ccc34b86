package dev.wherry.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.BindOptions;
import com.github.dockerjava.api.model.BindPropagation;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.RestartPolicy;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.LinuxContainerConfig;
import dev.wherry.proto.cri.v1.LinuxContainerSecurityContext;
import dev.wherry.proto.cri.v1.Mount;
import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.NamespaceOption;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.proto.cri.v1.Signal;
import dev.wherry.runtime.OomScore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Turns a container's configuration into Docker's, joined to its sandbox. */
final class ContainerCreation {
  /** Docker's own copy of the log, read once into the kubelet's file, stays this small. */
  private static final Map<String, String> LOG_LIMITS = Map.of("max-size", "20m", "max-file", "3");

  private final OomScore oomScore;

  ContainerCreation(OomScore oomScore) {
    this.oomScore = oomScore;
  }

  CreateContainerCmd command(
      DockerClient docker,
      String name,
      Map<String, String> labels,
      String sandboxId,
      ContainerConfig config,
      PodSandboxConfig sandbox) {
    CreateContainerCmd create =
        docker
            .createContainerCmd(config.getImage().getImage())
            .withName(name)
            .withLabels(labels)
            .withEnv(environment(config))
            .withTty(config.getTty())
            .withStdinOpen(config.getStdin())
            .withStdInOnce(config.getStdinOnce())
            .withHostConfig(hostConfig(sandboxId, config, sandbox));
    command(config, create);
    if (!config.getWorkingDir().isEmpty()) {
      create.withWorkingDir(config.getWorkingDir());
    }
    String user = SecurityOptions.user(config.getLinux().getSecurityContext());
    if (!user.isEmpty()) {
      create.withUser(user);
    }
    if (config.getStopSignal() != Signal.RUNTIME_DEFAULT) {
      create.withStopSignal(StopSignals.docker(config.getStopSignal()));
    }
    return create;
  }

  // A command replaces the image's entrypoint and drops its cmd; args alone replace the cmd only.
  private static void command(ContainerConfig config, CreateContainerCmd create) {
    if (config.getCommandCount() > 0) {
      create.withEntrypoint(config.getCommandList());
    }
    if (config.getArgsCount() > 0) {
      create.withCmd(config.getArgsList());
    }
  }

  private static List<String> environment(ContainerConfig config) {
    return config.getEnvsList().stream()
        .map(e -> e.getKey() + "=" + e.getValue().toString(StandardCharsets.UTF_8))
        .toList();
  }

  private CriHostConfig hostConfig(
      String sandboxId, ContainerConfig config, PodSandboxConfig sandbox) {
    LinuxContainerConfig linux = config.getLinux();
    var host = new CriHostConfig();
    ResourceLimits.apply(linux.getResources(), host, oomScore);
    SecurityOptions.apply(linux.getSecurityContext(), host);
    namespaces(linux.getSecurityContext(), sandboxId, sandbox, host);
    host.withMounts(config.getMountsList().stream().map(ContainerCreation::mount).toList());
    host.withDevices(config.getDevicesList().stream().map(ContainerCreation::device).toList());
    String cgroupParent = sandbox.getLinux().getCgroupParent();
    if (!cgroupParent.isEmpty()) {
      host.withCgroupParent(cgroupParent);
    }
    host.withRestartPolicy(RestartPolicy.noRestart());
    host.withLogConfig(new LogConfig(LogConfig.LoggingType.JSON_FILE, LOG_LIMITS));
    return host;
  }

  private static void namespaces(
      LinuxContainerSecurityContext security,
      String sandboxId,
      PodSandboxConfig sandbox,
      CriHostConfig host) {
    NamespaceOption namespaces = security.getNamespaceOptions();
    String joined = "container:" + sandboxId;
    host.withNetworkMode(joined);
    host.withIpcMode(joined);
    if (SandboxCreation.hostNetwork(sandbox)) {
      host.withUtSMode("host");
    }
    switch (namespaces.getPid()) {
      case POD -> host.withPidMode(joined);
      case NODE -> host.withPidMode("host");
      case TARGET -> host.withPidMode("container:" + namespaces.getTargetId());
      case CONTAINER -> {}
      case UNRECOGNIZED -> throw new IllegalArgumentException("unknown pid namespace mode");
    }
    if (namespaces.getUsernsOptions().getMode() == NamespaceMode.POD
        && namespaces.hasUsernsOptions()) {
      throw new IllegalArgumentException("user namespaces per pod: Docker has none");
    }
  }

  private static com.github.dockerjava.api.model.Mount mount(Mount mount) {
    if (mount.getHostPath().isEmpty()) {
      throw new IllegalArgumentException("mount " + mount.getContainerPath() + " has no host path");
    }
    createMissing(Path.of(mount.getHostPath()));
    return new com.github.dockerjava.api.model.Mount()
        .withType(MountType.BIND)
        .withSource(mount.getHostPath())
        .withTarget(mount.getContainerPath())
        .withReadOnly(mount.getReadonly())
        .withBindOptions(new BindOptions().withPropagation(propagation(mount)));
  }

  private static BindPropagation propagation(Mount mount) {
    return switch (mount.getPropagation()) {
      case PROPAGATION_PRIVATE -> BindPropagation.R_PRIVATE;
      case PROPAGATION_HOST_TO_CONTAINER -> BindPropagation.R_SLAVE;
      case PROPAGATION_BIDIRECTIONAL -> BindPropagation.R_SHARED;
      case UNRECOGNIZED -> throw new IllegalArgumentException("unknown mount propagation");
    };
  }

  private static void createMissing(Path hostPath) {
    if (Files.exists(hostPath)) {
      return;
    }
    try {
      Files.createDirectories(hostPath);
    } catch (IOException e) {
      throw new IllegalArgumentException("mount source " + hostPath + ": " + e.getMessage(), e);
    }
  }

  private static Device device(dev.wherry.proto.cri.v1.Device device) {
    return new Device(
        device.getPermissions().isEmpty() ? "rwm" : device.getPermissions(),
        device.getContainerPath(),
        device.getHostPath());
  }
}
