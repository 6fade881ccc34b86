package dev.wherry.kubelet;

import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.model.core.v1.Taint;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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
    return new KubeletConfig(
        nodeName,
        addresses,
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

  /** The same with a log directory. */
  public KubeletConfig withPodLogsDir(Path dir) {
    return new KubeletConfig(
        nodeName,
        nodeIps,
        dataDir,
        dir,
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

  /** The same with an image service of its own. */
  public KubeletConfig withImageEndpoint(String endpoint) {
    return new KubeletConfig(
        nodeName,
        nodeIps,
        dataDir,
        podLogsDir,
        criEndpoint,
        endpoint,
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

  /** The same with a server port. */
  public KubeletConfig withServerPort(int port) {
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
        port,
        clusterDns,
        clusterDomain,
        resolvConf,
        cgroupRoot,
        version);
  }

  /**
   * The same with the cluster's DNS.
   *
   * @param hostResolver the node's resolver configuration, with servers that pods can reach
   */
  public KubeletConfig withClusterDns(List<String> servers, String domain, Path hostResolver) {
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
        servers,
        domain,
        hostResolver,
        cgroupRoot,
        version);
  }

  /** The same with labels and taints for registration. */
  public KubeletConfig withLabelsAndTaints(Map<String, String> newLabels, List<Taint> newTaints) {
    return new KubeletConfig(
        nodeName,
        nodeIps,
        dataDir,
        podLogsDir,
        criEndpoint,
        imageEndpoint,
        newLabels,
        newTaints,
        settings,
        serverPort,
        clusterDns,
        clusterDomain,
        resolvConf,
        cgroupRoot,
        version);
  }

  /** The same with another root for pods' cgroups. */
  public KubeletConfig withCgroupRoot(String root) {
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
        root,
        version);
  }

  /** The same treating its pods so. */
  public KubeletConfig withSettings(NodeSettings node) {
    return new KubeletConfig(
        nodeName,
        nodeIps,
        dataDir,
        podLogsDir,
        criEndpoint,
        imageEndpoint,
        labels,
        taints,
        node,
        serverPort,
        clusterDns,
        clusterDomain,
        resolvConf,
        cgroupRoot,
        version);
  }
}
