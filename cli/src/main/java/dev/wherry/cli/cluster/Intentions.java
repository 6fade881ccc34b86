package dev.wherry.cli.cluster;

import dev.wherry.cli.RangeChoice;
import dev.wherry.cli.ServerSettings;
import dev.wherry.cli.check.Finding;
import dev.wherry.cli.check.Host;
import dev.wherry.cli.check.Preflight;
import dev.wherry.cli.check.WantedRuntime;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.network.dns.DnsSettings;
import dev.wherry.runtime.choice.LookedAtHost;
import dev.wherry.runtime.choice.RememberedRuntime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a cluster with these settings opens and writes, and whether this host lets it.
 *
 * @param running whether it runs already: its ports are then its own
 * @param ranges of its pods and Services
 */
record Intentions(ServerSettings settings, boolean running, ClusterRanges ranges) {
  /**
   * @throws IOException with a sentence, when the data directory's cluster has other ranges
   */
  static Intentions of(ServerSettings settings) throws IOException {
    return new Intentions(
        settings, Instance.find(settings.dataDirectory()).isPresent(), settings.clusterRanges());
  }

  List<Finding> findings() throws IOException {
    Host host = Host.here();
    List<Finding> findings = new ArrayList<>();
    if (running) {
      findings.add(new Finding.Fine("cluster", "runs already on " + settings.dataDirectory()));
    }
    findings.addAll(
        new Preflight(
                host,
                new Preflight.Wanted(
                    settings.dataDirectory(),
                    running ? List.of() : settings.ports(),
                    ranges,
                    RangeChoice.isFixed(settings.dataDirectory()),
                    settings.worker(),
                    settings.network().encrypted(),
                    new WantedRuntime(
                        settings.runtime(),
                        RememberedRuntime.read(settings.dataDirectory()),
                        LookedAtHost.usual(System.getenv()))))
            .run());
    return findings;
  }

  /** One line per kind of change. */
  List<String> announcement() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "open   "
            + settings.ports().stream()
                .map(port -> port + "/tcp")
                .collect(Collectors.joining(", ")));
    if (settings.answersDns()) {
      lines.add(
          "       %1$d/udp, %1$d/tcp and %2$d/tcp of the node's address for DNS, or others if in use"
              .formatted(DnsSettings.PORT, DnsSettings.METRICS_PORT));
    }
    lines.add("write  " + settings.dataDirectory() + ", context 'wherry' of your kubeconfig");
    if (settings.worker()) {
      lines.add(
          "add    a veth pair for each pod, packet rules of the table 'wherry', cgroups 'kubepods'; IP forwarding");
    }
    return lines;
  }
}
