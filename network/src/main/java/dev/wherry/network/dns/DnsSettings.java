package dev.wherry.network.dns;

import dev.wherry.network.dns.forward.ForwardLimits;
import dev.wherry.network.dns.forward.ForwardRule;
import dev.wherry.network.dns.forward.HostResolver;
import dev.wherry.network.dns.server.ServerLimits;
import java.util.List;

/**
 * What a node's DNS is told.
 *
 * @param nodeName whose Node says where it answers
 * @param address of this node, where it listens
 * @param port wished for; another one is taken where it is in use
 * @param metricsPort wished for likewise
 * @param domain of the cluster
 * @param serviceAddresses at which pods ask
 * @param rules for domains that other servers know
 * @param host where all other names are asked
 * @param loops threads that answer
 * @param networks of clients beside private ones, as CIDRs
 */
public record DnsSettings(
    String nodeName,
    String address,
    int port,
    int metricsPort,
    String domain,
    List<String> serviceAddresses,
    List<ForwardRule> rules,
    HostResolver host,
    int loops,
    List<String> networks,
    ServerLimits serverLimits,
    ForwardLimits forwardLimits) {
  public static final int PORT = 10_053;
  public static final int METRICS_PORT = 9153;
  public static final String DOMAIN = "cluster.local";

  /** More threads than this are for measurements. */
  private static final int LOOPS_MAX = 4;

  public DnsSettings {
    serviceAddresses = List.copyOf(serviceAddresses);
    rules = List.copyOf(rules);
    networks = List.copyOf(networks);
    if (loops < 1) {
      throw new IllegalArgumentException("loops must be positive, is " + loops);
    }
  }

  /** The defaults for a node: half of its processors may answer. */
  public static DnsSettings of(
      String nodeName, String address, List<String> serviceAddresses, List<ForwardRule> rules) {
    return new DnsSettings(
        nodeName,
        address,
        PORT,
        METRICS_PORT,
        DOMAIN,
        serviceAddresses,
        rules,
        HostResolver.system(),
        Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, LOOPS_MAX),
        List.of(address),
        ServerLimits.defaults(),
        ForwardLimits.defaults());
  }
}
