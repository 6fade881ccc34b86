package dev.wherry.kubelet.launch;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.PodDNSConfig;
import dev.wherry.model.core.v1.PodDNSConfigOption;
import dev.wherry.proto.cri.v1.DNSConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A pod's resolver by its DNS policy.
 *
 * @param clusterDns empty when the cluster has no DNS yet
 */
record Dns(List<String> clusterDns, String clusterDomain, Path resolvConf) {
  private static final String NDOTS = "ndots:5";

  DNSConfig of(PodView pod) throws IOException {
    List<String> servers = new ArrayList<>();
    List<String> searches = new ArrayList<>();
    List<String> options = new ArrayList<>();
    if (!pod.spec().dnsPolicy().equals("None")) {
      readNode(servers, searches, options);
    }
    if (clusterFirst(pod) && !clusterDns.isEmpty()) {
      servers.clear();
      servers.addAll(clusterDns);
      List<String> cluster =
          List.of(pod.namespace() + ".svc." + clusterDomain, "svc." + clusterDomain, clusterDomain);
      searches.addAll(0, cluster);
      options.clear();
      options.add(NDOTS);
    }
    PodDNSConfig own = pod.spec().dnsConfig();
    if (own != null) {
      servers.addAll(own.nameservers());
      searches.addAll(own.searches());
      own.options().forEach(option -> addOption(options, option));
    }
    return DNSConfig.newBuilder()
        .addAllServers(distinct(servers))
        .addAllSearches(distinct(searches))
        .addAllOptions(distinct(options))
        .build();
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

  private void readNode(List<String> servers, List<String> searches, List<String> options)
      throws IOException {
    if (!Files.isReadable(resolvConf)) {
      return;
    }
    for (String line : Files.readAllLines(resolvConf)) {
      String[] words = line.strip().split("\\s+");
      List<String> rest = List.of(words).subList(1, words.length);
      switch (words[0]) {
        case "nameserver" -> servers.addAll(rest);
        case "search" -> {
          searches.clear();
          searches.addAll(rest);
        }
        case "options" -> options.addAll(rest);
        default -> {}
      }
    }
  }

  private static Set<String> distinct(List<String> values) {
    return new LinkedHashSet<>(values);
  }
}
