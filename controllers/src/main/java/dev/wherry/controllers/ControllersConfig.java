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
 * @param choices what the administrator has a say in
 */
public record ControllersConfig(
    List<String> apiServerAddresses,
    int apiServerPort,
    String clusterDnsIp,
    String rootCaPem,
    ClusterRanges ranges,
    Choices choices) {
  /**
   * What the administrator has a say in.
   *
   * @param nodes when they are silent, and what then
   * @param masks into how large parts nodes get their ranges of pods
   * @param terminatedPodsMax finished pods kept before the oldest are deleted; 0 for all
   * @param autoscalers how they look and judge
   * @param certificatesMax how long certificates that are signed may be good
   */
  public record Choices(
      BuiltIns builtIns,
      NodeLife nodes,
      NodeMasks masks,
      int terminatedPodsMax,
      AutoscalerPace autoscalers,
      Duration certificatesMax) {
    /** Upstream's. */
    public static final int TERMINATED_PODS_MAX = 12_500;

    /** Upstream's. */
    public static final Duration CERTIFICATES_MAX = Duration.ofDays(365);

    /** As of {@code spec.expirationSeconds}. */
    private static final Duration CERTIFICATES_MIN = Duration.ofMinutes(10);

    public static final Choices DEFAULT =
        new Choices(
            BuiltIns.ALL,
            NodeLife.DEFAULT,
            NodeMasks.DEFAULT,
            TERMINATED_PODS_MAX,
            AutoscalerPace.DEFAULT,
            CERTIFICATES_MAX);

    /**
     * @throws IllegalArgumentException with a sentence that names the flag
     */
    public Choices {
      if (certificatesMax.compareTo(CERTIFICATES_MIN) < 0) {
        throw new IllegalArgumentException(
            "--cluster-signing-duration must be at least %d minutes"
                .formatted(CERTIFICATES_MIN.toMinutes()));
      }
    }
  }

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
  }

  /** With the usual ranges and choices. */
  public static ControllersConfig of(
      List<String> apiServerAddresses, int apiServerPort, String rootCaPem) {
    return new ControllersConfig(
        apiServerAddresses, apiServerPort, "", rootCaPem, ClusterRanges.DEFAULT, Choices.DEFAULT);
  }

  /** The same with these. */
  public ControllersConfig with(Choices chosen) {
    return new ControllersConfig(
        apiServerAddresses, apiServerPort, clusterDnsIp, rootCaPem, ranges, chosen);
  }

  /** The same with built-in DNS at an address; "" for none. */
  public ControllersConfig withClusterDns(String address) {
    return new ControllersConfig(
        apiServerAddresses, apiServerPort, address, rootCaPem, ranges, choices);
  }

  /** The same with these ranges. */
  public ControllersConfig with(ClusterRanges chosen) {
    return new ControllersConfig(
        apiServerAddresses, apiServerPort, clusterDnsIp, rootCaPem, chosen, choices);
  }
}
