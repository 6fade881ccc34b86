package dev.wherry.kubelet;

import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.model.core.v1.Taint;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * All settings of one kubelet.
 *
 * @param nodeName the node's name, a DNS subdomain
 * @param nodeIps shown as InternalIP and host IPs, one per family, the cluster's first one first
 * @param dataDir its own directory, such as {@code <data>/kubelet}
 * @param podLogsDir where containers' logs go; runtimes and log collectors know /var/log/pods
 * @param criEndpoint {@code unix:///path} of the runtime's socket
 * @param imageEndpoint of the image service, which may be another socket
 * @param labels put on the node at registration, beside the well-known ones
 * @param taints put on the node when it is made
 * @param settings how it treats its pods
 * @param serverPort of the kubelet's HTTPS server; 0 for a free one
 * @param clusterDns addresses of the cluster's DNS; empty makes ClusterFirst mean Default
 * @param clusterDomain such as {@code cluster.local}
 * @param resolvConf the node's resolver configuration
 * @param cgroupRoot below which pods' cgroups go; "" leaves placing to the runtime
 * @param version shown as kubeletVersion
 */
public record KubeletConfig(
    String nodeName,
    List<String> nodeIps,
    Path dataDir,
    Path podLogsDir,
    String criEndpoint,
    String imageEndpoint,
    Map<String, String> labels,
    List<Taint> taints,
    NodeSettings settings,
    int serverPort,
    List<String> clusterDns,
    String clusterDomain,
    Path resolvConf,
    String cgroupRoot,
    String version) {

  public static final int SERVER_PORT = 10_250;
  public static final Path POD_LOGS_DIR = Path.of("/var/log/pods");
  public static final String CLUSTER_DOMAIN = "cluster.local";

  public KubeletConfig {
    if (nodeName.isEmpty() || nodeIps.isEmpty()) {
      throw new IllegalArgumentException("nodeName or nodeIps is empty");
    }
    nodeIps = List.copyOf(nodeIps);
    labels = Map.copyOf(labels);
    taints = List.copyOf(taints);
    clusterDns = List.copyOf(clusterDns);
  }

  /** The defaults for a node. */
  public static KubeletConfig of(
      String nodeName, String nodeIp, Path dataDir, String criEndpoint, String version) {
    return new KubeletConfig(
        nodeName,
        List.of(nodeIp),
        dataDir,
        POD_LOGS_DIR,
        criEndpoint,
        criEndpoint,
        Map.of(),
        List.of(),
        NodeSettings.plain(),
        SERVER_PORT,
        List.of(),
        CLUSTER_DOMAIN,
        Path.of("/etc/resolv.conf"),
        "/kubepods",
        version);
  }

  /** The first of the node's addresses. */
  public String nodeIp() {
    return nodeIps.getFirst();
  }

  /** The same for a node with these addresses. */
  public KubeletConfig withNodeIps(List<String> addresses) {
    return with(draft -> draft.nodeIps = addresses);
  }

  /** The same with a log directory. */
  public KubeletConfig withPodLogsDir(Path dir) {
    return with(draft -> draft.podLogsDir = dir);
  }

  /** The same with an image service of its own. */
  public KubeletConfig withImageEndpoint(String endpoint) {
    return with(draft -> draft.imageEndpoint = endpoint);
  }

  /** The same with a server port. */
  public KubeletConfig withServerPort(int port) {
    return with(draft -> draft.serverPort = port);
  }

  /**
   * The same with the cluster's DNS.
   *
   * @param hostResolver the node's resolver configuration, with servers that pods can reach
   */
  public KubeletConfig withClusterDns(List<String> servers, String domain, Path hostResolver) {
    return with(draft -> {
      draft.clusterDns = servers;
      draft.clusterDomain = domain;
      draft.resolvConf = hostResolver;
    });
  }

  /** The same with labels and taints for registration. */
  public KubeletConfig withLabelsAndTaints(Map<String, String> newLabels, List<Taint> newTaints) {
    return with(draft -> {
      draft.labels = newLabels;
      draft.taints = newTaints;
    });
  }

  /** The same treating its pods so. */
  public KubeletConfig withSettings(NodeSettings node) {
    return with(draft -> draft.settings = node);
  }

  private KubeletConfig with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.finished();
  }

  /** What the next one will be. */
  private static final class Draft {
    private String nodeName;
    private List<String> nodeIps;
    private Path dataDir;
    private Path podLogsDir;
    private String criEndpoint;
    private String imageEndpoint;
    private Map<String, String> labels;
    private List<Taint> taints;
    private NodeSettings settings;
    private int serverPort;
    private List<String> clusterDns;
    private String clusterDomain;
    private Path resolvConf;
    private String cgroupRoot;
    private String version;

    Draft(KubeletConfig from) {
      nodeName = from.nodeName;
      nodeIps = from.nodeIps;
      dataDir = from.dataDir;
      podLogsDir = from.podLogsDir;
      criEndpoint = from.criEndpoint;
      imageEndpoint = from.imageEndpoint;
      labels = from.labels;
      taints = from.taints;
      settings = from.settings;
      serverPort = from.serverPort;
      clusterDns = from.clusterDns;
      clusterDomain = from.clusterDomain;
      resolvConf = from.resolvConf;
      cgroupRoot = from.cgroupRoot;
      version = from.version;
    }

    KubeletConfig finished() {
      return new KubeletConfig(
          nodeName,
          nodeIps,
          dataDir,
          podLogsDir,
          criEndpoint,
          imageEndpoint,
          labels,
          taints,
          settings,
          serverPort,
          clusterDns,
          clusterDomain,
          resolvConf,
          cgroupRoot,
          version);
    }
  }
}
