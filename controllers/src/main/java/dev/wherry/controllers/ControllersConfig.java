package dev.wherry.controllers;

import dev.wherry.controllers.balancer.AddressPool;
import dev.wherry.machinery.address.ClusterRanges;
import java.time.Duration;
import java.util.List;

/**
 * What the controllers are told.
 *
 * @param apiServerAddresses IP addresses at which pods reach the API servers; not loopback
 * @param apiServerPort the port behind them
 * @param clusterDnsIp the address of the Service {@code kube-dns}; "" where the cluster's DNS is
 *     not Wherry's
 * @param rootCaPem what pods verify the API server by
 * @param ranges of pods, which node ranges are cut from, and of Services
 * @param nodeMonitorPeriod how often heartbeats are judged
 * @param nodeMonitorGrace silence after which a node's state is unknown
 * @param nodeStartupGrace the same for a node that never reported
 * @param terminatedPodsMax finished pods kept before the oldest are deleted
 * @param builtIns what is done here that upstream leaves to others
 */
public record ControllersConfig(
    List<String> apiServerAddresses,
    int apiServerPort,
    String clusterDnsIp,
    String rootCaPem,
    ClusterRanges ranges,
    Duration nodeMonitorPeriod,
    Duration nodeMonitorGrace,
    Duration nodeStartupGrace,
    int terminatedPodsMax,
    BuiltIns builtIns) {
  /**
   * What is done here that upstream leaves to others, each to be switched off for another's.
   *
   * @param localPath whether claims may become directories of nodes, and by default do
   * @param loadBalancer whether Services of type LoadBalancer get addresses: the nodes'
   * @param pool of addresses that they get instead; may be empty
   */
  public record BuiltIns(boolean localPath, boolean loadBalancer, AddressPool pool) {
    public static final BuiltIns ALL = new BuiltIns(true, true, AddressPool.EMPTY);

    /** Whether each Gateway gets an address of its own. */
    public boolean gatewaysHaveAddresses() {
      return loadBalancer && !pool.ranges().isEmpty();
    }
  }

  public ControllersConfig {
    apiServerAddresses = List.copyOf(apiServerAddresses);
    if (nodeMonitorGrace.compareTo(nodeMonitorPeriod) <= 0) {
      throw new IllegalArgumentException("nodeMonitorGrace must be longer than nodeMonitorPeriod");
    }
  }

  /** With the usual ranges and the times of kube-controller-manager. */
  public static ControllersConfig of(
      List<String> apiServerAddresses, int apiServerPort, String rootCaPem) {
    return new ControllersConfig(
        apiServerAddresses,
        apiServerPort,
        "",
        rootCaPem,
        ClusterRanges.DEFAULT,
        Duration.ofSeconds(5),
        Duration.ofSeconds(40),
        Duration.ofSeconds(60),
        12_500,
        BuiltIns.ALL);
  }

  /** The same with these. */
  public ControllersConfig with(BuiltIns chosen) {
    return new ControllersConfig(
        apiServerAddresses,
        apiServerPort,
        clusterDnsIp,
        rootCaPem,
        ranges,
        nodeMonitorPeriod,
        nodeMonitorGrace,
        nodeStartupGrace,
        terminatedPodsMax,
        chosen);
  }

  /** The same with built-in DNS at an address; "" for none. */
  public ControllersConfig withClusterDns(String address) {
    return new ControllersConfig(
        apiServerAddresses,
        apiServerPort,
        address,
        rootCaPem,
        ranges,
        nodeMonitorPeriod,
        nodeMonitorGrace,
        nodeStartupGrace,
        terminatedPodsMax,
        builtIns);
  }

  /** The same with these ranges. */
  public ControllersConfig with(ClusterRanges chosen) {
    return new ControllersConfig(
        apiServerAddresses,
        apiServerPort,
        clusterDnsIp,
        rootCaPem,
        chosen,
        nodeMonitorPeriod,
        nodeMonitorGrace,
        nodeStartupGrace,
        terminatedPodsMax,
        builtIns);
  }
}
