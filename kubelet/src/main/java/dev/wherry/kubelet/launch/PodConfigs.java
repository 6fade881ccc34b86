package dev.wherry.kubelet.launch;

import com.google.protobuf.ByteString;
import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.kubelet.cri.CriLabels;
import dev.wherry.kubelet.env.Expansion;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.ContainerFigures;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.kubelet.volume.VolumeException;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ContainerPort;
import dev.wherry.model.core.v1.PodSecurityContext;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.ContainerMetadata;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.KeyValue;
import dev.wherry.proto.cri.v1.LinuxContainerConfig;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import dev.wherry.proto.cri.v1.LinuxPodSandboxConfig;
import dev.wherry.proto.cri.v1.Mount;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.proto.cri.v1.PodSandboxMetadata;
import dev.wherry.proto.cri.v1.PortMapping;
import dev.wherry.proto.cri.v1.Protocol;
import dev.wherry.proto.cri.v1.UserNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Sandbox and container configurations, with the labels by which they are found again. */
public final class PodConfigs {
  private static final Path NODE_HOSTS = Path.of("/etc/hosts");

  private final KubeletConfig config;
  private final PodDirs dirs;
  private final ContainerFigures figures;
  private final UserNamespaces users;
  private final Dns dns;
  private final Path seccompRoot;

  public PodConfigs(
      KubeletConfig config, PodDirs dirs, ContainerFigures figures, UserNamespaces users) {
    this.users = users;
    this.config = config;
    this.dirs = dirs;
    this.figures = figures;
    this.dns = new Dns(config.clusterDns(), config.clusterDomain(), config.resolvConf());
    this.seccompRoot = config.dataDir().resolve("seccomp");
  }

  /** Who gives pods their ids. */
  public UserNamespaces users() {
    return users;
  }

  /**
   * What is to be said of the pod's resolver: what had to be left out, or that there is no cluster
   * DNS.
   */
  public List<ResolverComplaint> resolverComplaints(PodView pod) throws IOException {
    return dns.of(pod).complaints();
  }

  /** The sandbox; {@code cgroupParent} may be empty. */
  public PodSandboxConfig sandbox(PodView pod, int attempt, String cgroupParent)
      throws IOException {
    PodSandboxConfig.Builder out =
        PodSandboxConfig.newBuilder()
            .setMetadata(
                PodSandboxMetadata.newBuilder()
                    .setName(pod.name())
                    .setNamespace(pod.namespace())
                    .setUid(pod.uid())
                    .setAttempt(attempt))
            .setLogDirectory(dirs.logs(pod.namespace(), pod.name(), pod.uid()).toString())
            .setDnsConfig(dns.of(pod).config())
            .putAllLabels(pod.meta().labels())
            .putAllAnnotations(pod.meta().annotations())
            .putAllLabels(podLabels(pod))
            .putAnnotations(CriLabels.CONFIG_SOURCE, "api");
    if (!pod.hostNetwork()) {
      out.setHostname(hostname(pod));
      pod.all().forEach(named -> ports(named.container(), out));
    }
    PodSecurityContext security = Rights.context(pod);
    LinuxPodSandboxConfig.Builder linux =
        LinuxPodSandboxConfig.newBuilder()
            .setCgroupParent(cgroupParent)
            .setSecurityContext(Rights.sandbox(pod, seccompRoot, users.of(pod)));
    security.sysctls().forEach(sysctl -> linux.putSysctls(sysctl.name(), sysctl.value()));
    return out.setLinux(linux).build();
  }

  private String hostname(PodView pod) {
    String full = Hostnames.fullName(pod, config.clusterDomain());
    return Boolean.TRUE.equals(pod.spec().setHostnameAsFQDN()) && !full.isEmpty()
        ? full
        : Hostnames.shortName(pod);
  }

  private static void ports(Container container, PodSandboxConfig.Builder out) {
    for (ContainerPort port : container.ports()) {
      Integer hostPort = port.hostPort();
      Integer containerPort = port.containerPort();
      if (hostPort != null && hostPort > 0 && containerPort != null) {
        out.addPortMappings(
            PortMapping.newBuilder()
                .setProtocol(
                    port.protocol().isEmpty() ? Protocol.TCP : Protocol.valueOf(port.protocol()))
                .setContainerPort(containerPort)
                .setHostPort(hostPort)
                .setHostIp(port.hostIP()));
      }
    }
  }

  private static Map<String, String> podLabels(PodView pod) {
    return Map.of(
        CriLabels.POD_NAME, pod.name(),
        CriLabels.POD_NAMESPACE, pod.namespace(),
        CriLabels.POD_UID, pod.uid());
  }

  /** Writes the pod's hosts file, in place, since it is mounted by itself. */
  public void writeHosts(PodView pod, List<String> podIps) throws IOException {
    String node = pod.hostNetwork() && Files.exists(NODE_HOSTS) ? Files.readString(NODE_HOSTS) : "";
    String hosts = Hostnames.hosts(pod, podIps, config.clusterDomain(), node);
    Files.createDirectories(dirs.pod(pod.uid()));
    Path file = dirs.etcHosts(pod.uid());
    if (!Files.exists(file) || !Files.readString(file).equals(hosts)) {
      Files.writeString(file, hosts);
    }
  }

  /**
   * The container.
   *
   * @param imageRef what the runtime called the image when it was pulled or found
   * @param volumes the pod's volumes on the host by name
   * @param env its environment, complete
   * @param targetId the container whose processes it sees too; "" for none
   */
  public ContainerConfig container(
      PodView pod,
      Container container,
      int attempt,
      String imageRef,
      Map<String, Path> volumes,
      Map<String, String> env,
      String targetId)
      throws VolumeException, IOException {
    ContainerConfig.Builder out =
        ContainerConfig.newBuilder()
            .setMetadata(
                ContainerMetadata.newBuilder().setName(container.name()).setAttempt(attempt))
            .setImage(
                ImageSpec.newBuilder().setImage(imageRef).setUserSpecifiedImage(container.image()))
            .setWorkingDir(container.workingDir())
            .setLogPath(PodDirs.logFile(container.name(), attempt))
            .setStdin(Boolean.TRUE.equals(container.stdin()))
            .setStdinOnce(Boolean.TRUE.equals(container.stdinOnce()))
            .setTty(Boolean.TRUE.equals(container.tty()))
            .putAllLabels(podLabels(pod))
            .putLabels(CriLabels.CONTAINER_NAME, container.name())
            .putAllAnnotations(annotations(pod, container, attempt));
    container.command().forEach(word -> out.addCommand(Expansion.expand(word, env::get)));
    container.args().forEach(word -> out.addArgs(Expansion.expand(word, env::get)));
    env.forEach((key, value) ->
        out.addEnvs(KeyValue.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8(value))));
    UserNamespace namespace = users.of(pod);
    for (Mount mount : new MountPlan(dirs).of(pod, container, attempt, volumes, env)) {
      out.addMounts(
          mount.toBuilder()
              .addAllUidMappings(namespace.getUidsList())
              .addAllGidMappings(namespace.getGidsList()));
    }
    out.addAllDevices(MountPlan.devices(pod, container, volumes));
    out.setLinux(
        LinuxContainerConfig.newBuilder()
            .setResources(figures.of(pod, container))
            .setSecurityContext(
                Rights.container(
                    pod,
                    container,
                    seccompRoot,
                    config.settings().seccompDefault(),
                    targetId,
                    namespace)));
    return out.build();
  }

  /** What a container may use, in the runtime's terms. */
  public LinuxContainerResources resources(PodView pod, Container container) {
    return figures.of(pod, container);
  }

  private static Map<String, String> annotations(PodView pod, Container container, int attempt) {
    return Map.of(
        CriLabels.HASH, ContainerHash.of(container),
        CriLabels.RESTART_COUNT, String.valueOf(attempt),
        CriLabels.MESSAGE_PATH, container.terminationMessagePath(),
        CriLabels.MESSAGE_POLICY, container.terminationMessagePolicy(),
        CriLabels.GRACE_PERIOD, String.valueOf(pod.grace().toSeconds()));
  }
}
