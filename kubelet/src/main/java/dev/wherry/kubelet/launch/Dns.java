package dev.wherry.kubelet.launch;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.PodDNSConfig;
import dev.wherry.model.core.v1.PodDNSConfigOption;
import dev.wherry.proto.cri.v1.DNSConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * A pod's resolver by its DNS policy and its own wishes (rules: the kubelet's package {@code
 * network/dns}).
 *
 * @param clusterDns empty when the cluster has no DNS
 * @param resolvConf the node's resolver configuration
 */
record Dns(List<String> clusterDns, String clusterDomain, Path resolvConf) {
  /** More servers no C library asks. */
  static final int SERVERS_MAX = 3;

  static final int SEARCHES_MAX = 32;
  static final int SEARCHES_CHARS_MAX = 2048;
  private static final int SEARCH_CHARS_MAX = 253;
  private static final String NDOTS = "ndots:5";
  private static final String FORMING = "DNSConfigForming";

  /**
   * A resolver, and what had to be left out of it or could not be had.
   *
   * @param complaints for events about the pod
   */
  record Resolver(DNSConfig config, List<ResolverComplaint> complaints) {
    Resolver {
      complaints = List.copyOf(complaints);
    }
  }

  Resolver of(PodView pod) throws IOException {
    List<ResolverComplaint> complaints = new ArrayList<>();
    NodeResolver base = base(pod, complaints);
    List<String> servers = new ArrayList<>(base.servers());
    List<String> searches = new ArrayList<>(base.searches());
    List<String> options = new ArrayList<>(base.options());
    PodDNSConfig own = pod.spec().dnsConfig();
    if (own != null) {
      servers.addAll(own.nameservers());
      searches.addAll(own.searches());
      own.options().forEach(option -> addOption(options, option));
    }
    return new Resolver(
        DNSConfig.newBuilder()
            .addAllServers(fittingServers(distinct(servers), complaints))
            .addAllSearches(fittingSearches(distinct(searches), complaints))
            .addAllOptions(distinct(options))
            .build(),
        complaints);
  }

  private NodeResolver base(PodView pod, List<ResolverComplaint> complaints) throws IOException {
    if (pod.spec().dnsPolicy().equals("None")) {
      return new NodeResolver(List.of(), List.of(), List.of());
    }
    NodeResolver node = NodeResolver.read(resolvConf);
    if (!clusterFirst(pod)) {
      return node;
    }
    if (clusterDns.isEmpty()) {
      complaints.add(
          new ResolverComplaint(
              "MissingClusterDNS",
              "pod: \"%s_%s(%s)\". kubelet does not have ClusterDNS IP configured and cannot create"
                      .formatted(pod.name(), pod.namespace(), pod.uid())
                  + " Pod using \"ClusterFirst\" policy. Falling back to \"Default\" policy."));
      return node;
    }
    List<String> searches = new ArrayList<>();
    searches.add(pod.namespace() + ".svc." + clusterDomain);
    searches.add("svc." + clusterDomain);
    searches.add(clusterDomain);
    searches.addAll(node.searches());
    return new NodeResolver(clusterDns, searches, List.of(NDOTS));
  }

  private static boolean clusterFirst(PodView pod) {
    String policy = pod.spec().dnsPolicy();
    return policy.equals("ClusterFirstWithHostNet")
        || ((policy.isEmpty() || policy.equals("ClusterFirst")) && !pod.hostNetwork());
  }

  private static void addOption(List<String> options, PodDNSConfigOption option) {
    options.removeIf(known -> known.equals(option.name()) || known.startsWith(option.name() + ":"));
    options.add(option.value().isEmpty() ? option.name() : option.name() + ":" + option.value());
  }

  private static List<String> fittingServers(
      List<String> servers, List<ResolverComplaint> complaints) {
    if (servers.size() <= SERVERS_MAX) {
      return servers;
    }
    List<String> kept = servers.subList(0, SERVERS_MAX);
    complaints.add(
        new ResolverComplaint(
            FORMING,
            "Nameserver limits were exceeded, some nameservers have been omitted, the applied"
                + " nameserver line is: "
                + String.join(" ", kept)));
    return kept;
  }

  private static List<String> fittingSearches(
      List<String> searches, List<ResolverComplaint> complaints) {
    List<String> kept = new ArrayList<>();
    int chars = 0;
    boolean full = false;
    for (String search : searches.subList(0, Math.min(searches.size(), SEARCHES_MAX))) {
      if (search.length() <= SEARCH_CHARS_MAX && !full) {
        chars += search.length() + (kept.isEmpty() ? 0 : 1);
        full = chars > SEARCHES_CHARS_MAX;
        if (!full) {
          kept.add(search);
        }
      }
    }
    if (kept.size() < searches.size()) {
      complaints.add(
          new ResolverComplaint(
              FORMING,
              "Search Line limits were exceeded, some search paths have been omitted, the applied"
                  + " search line is: "
                  + String.join(" ", kept)));
    }
    return kept;
  }

  private static List<String> distinct(List<String> values) {
    return List.copyOf(new LinkedHashSet<>(values));
  }
}
