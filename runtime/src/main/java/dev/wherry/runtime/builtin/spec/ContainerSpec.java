package dev.wherry.runtime.builtin.spec;

import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.LinuxContainerConfig;
import dev.wherry.proto.cri.v1.LinuxContainerSecurityContext;
import dev.wherry.proto.cri.v1.Mount;
import dev.wherry.proto.cri.v1.NamespaceOption;
import dev.wherry.proto.cri.v1.SecurityProfile;
import dev.wherry.runtime.builtin.ImageConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container's specification from CRI's configuration and its image's, in the way of containerd's
 * CRI plugin.
 *
 * @param root its mounted root
 * @param images image volumes, by the container's path
 * @param targetPid whose processes a container with a target sees; 0 without one
 * @param recursiveReadOnly whether the OCI runtime can mount so
 */
public record ContainerSpec(
    String id,
    ContainerConfig config,
    ImageConfig image,
    PodPlace pod,
    Path root,
    Map<String, Path> images,
    long targetPid,
    boolean recursiveReadOnly,
    HostFacts host) {
  private static final String PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** A profile that was not given runs unconfined, as CRI says. */
  private static final SecurityProfile UNCONFINED =
      SecurityProfile.newBuilder().setProfileType(SecurityProfile.ProfileType.Unconfined).build();

  public ContainerSpec {
    images = Map.copyOf(images);
  }

  /**
   * Makes it; missing mount sources are created on the way.
   *
   * @throws IllegalArgumentException for what cannot be had, with a sentence
   */
  public OciSpec build() throws IOException {
    LinuxContainerConfig linux = config.getLinux();
    LinuxContainerSecurityContext security = linux.getSecurityContext();
    boolean privileged = security.getPrivileged();
    OciProcess process = process(security);
    Optional<UserIds> users = UserIds.of(security.getNamespaceOptions());
    var mounts = new Mounts(users);
    mounts.kernel(privileged);
    mounts.pod(pod, config, security.getReadonlyRootfs());
    for (Mount mount : config.getMountsList()) {
      mounts.asked(mount, images, recursiveReadOnly);
    }
    return new OciSpec(
        process,
        root.toString(),
        security.getReadonlyRootfs(),
        "",
        mounts.all(),
        Map.of(),
        namespaces(security.getNamespaceOptions(), privileged, users.isPresent()),
        CgroupPlace.of(pod.cgroupParent(), id, pod.systemd()).path(),
        Resources.tree(linux.getResources(), host),
        devices(privileged),
        privileged,
        privileged ? Optional.empty() : seccomp(security, process.capabilities()),
        privileged ? List.of() : security.getMaskedPathsList(),
        privileged ? List.of() : security.getReadonlyPathsList(),
        mounts.rootPropagation(),
        Map.of(),
        users);
  }

  private OciProcess process(LinuxContainerSecurityContext security) throws IOException {
    int score = host.oomScore().clamp(config.getLinux().getResources().getOomScoreAdj());
    return new OciProcess(
        config.getTty(),
        Users.of(security, image.user(), root),
        arguments(),
        environment(),
        directory(),
        Capabilities.of(security.getCapabilities(), security.getPrivileged(), host.capabilities()),
        Capabilities.ambient(security.getCapabilities()),
        security.getNoNewPrivs(),
        score,
        apparmor(security));
  }

  private String directory() {
    String wanted = config.getWorkingDir();
    String directory = wanted.isEmpty() ? image.workingDirectory() : wanted;
    return directory.startsWith("/") ? directory : "/" + directory;
  }

  // A command replaces the image's entrypoint and drops its cmd; args alone replace the cmd only.
  private List<String> arguments() {
    boolean own = config.getCommandCount() > 0;
    var arguments = new ArrayList<>(own ? config.getCommandList() : image.entrypoint());
    arguments.addAll(own || config.getArgsCount() > 0 ? config.getArgsList() : image.command());
    if (arguments.isEmpty()) {
      throw new IllegalArgumentException("no command: neither the pod nor the image has one");
    }
    return arguments;
  }

  private List<String> environment() {
    var variables = new LinkedHashMap<String, String>();
    set(variables, PATH);
    if (config.getTty()) {
      set(variables, "TERM=xterm");
    }
    set(variables, "HOSTNAME=" + pod.hostname());
    image.environment().forEach(variable -> set(variables, variable));
    config
        .getEnvsList()
        .forEach(
            e -> set(variables, e.getKey() + "=" + e.getValue().toString(StandardCharsets.UTF_8)));
    return List.copyOf(variables.values());
  }

  private static void set(Map<String, String> variables, String variable) {
    variables.put(variable.substring(0, Math.max(0, variable.indexOf('='))), variable);
  }

  private List<OciNamespace> namespaces(
      NamespaceOption wanted, boolean privileged, boolean ownUsers) {
    var namespaces = new ArrayList<OciNamespace>();
    namespaces.add(OciNamespace.fresh("mount"));
    if (ownUsers) {
      namespaces.add(OciNamespace.of(pod.pid(), "user", "user"));
    }
    namespaces.add(OciNamespace.of(pod.pid(), "network", "net"));
    namespaces.add(OciNamespace.of(pod.pid(), "ipc", "ipc"));
    namespaces.add(OciNamespace.of(pod.pid(), "uts", "uts"));
    switch (wanted.getPid()) {
      case POD -> namespaces.add(OciNamespace.of(pod.pid(), "pid", "pid"));
      case CONTAINER -> namespaces.add(OciNamespace.fresh("pid"));
      case TARGET -> namespaces.add(OciNamespace.of(targetPid, "pid", "pid"));
      case NODE -> {}
      case UNRECOGNIZED -> throw new IllegalArgumentException("unknown pid namespace mode");
    }
    if (host.unifiedCgroups() && !privileged) {
      namespaces.add(OciNamespace.fresh("cgroup"));
    }
    return namespaces;
  }

  private List<OciDevice> devices(boolean privileged) {
    var devices = new ArrayList<>(privileged ? Devices.all() : List.of());
    for (var device : config.getDevicesList()) {
      for (OciDevice node : Devices.asked(device)) {
        devices.removeIf(other -> other.path().equals(node.path()));
        devices.add(node);
      }
    }
    return devices;
  }

  private static Optional<com.fasterxml.jackson.databind.node.ObjectNode> seccomp(
      LinuxContainerSecurityContext security, List<String> capabilities) {
    return Seccomp.of(security.hasSeccomp() ? security.getSeccomp() : UNCONFINED, capabilities);
  }

  /** A container that names no profile has the default one (rule: containerd's CRI plugin). */
  private String apparmor(LinuxContainerSecurityContext security) {
    SecurityProfile wanted = security.getApparmor();
    boolean usual = wanted.getProfileType() == SecurityProfile.ProfileType.RuntimeDefault;
    if (usual && (security.getPrivileged() || !security.hasApparmor())) {
      return security.getPrivileged() ? "" : host.apparmor().usual();
    }
    return host.apparmor().named(wanted);
  }
}
