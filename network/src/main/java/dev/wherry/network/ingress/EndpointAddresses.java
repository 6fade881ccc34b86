package dev.wherry.network.ingress;

import dev.wherry.model.discovery.v1.Endpoint;
import dev.wherry.model.discovery.v1.EndpointConditions;
import dev.wherry.model.discovery.v1.EndpointPort;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.ingress.route.BackendKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Who can answer for a Service's port: its ready endpoints; where there are none, those that end
 * but still serve (KEP-1669).
 */
final class EndpointAddresses {
  /** Endpoints of one port that requests are shared among. */
  static final int ENDPOINTS_MAX = 5_000;

  private static final String FQDN = "FQDN";

  private EndpointAddresses() {}

  static List<InetSocketAddress> of(BackendKey key, List<EndpointSlice> slices) {
    List<InetSocketAddress> ready = new ArrayList<>();
    List<InetSocketAddress> ending = new ArrayList<>();
    for (EndpointSlice slice : slices) {
      if (slice.addressType().equals(FQDN)) {
        continue;
      }
      for (EndpointPort port : slice.ports()) {
        Integer number = port.port();
        if (number != null && port.name().equals(key.portName())) {
          slice.endpoints().forEach(endpoint -> add(endpoint, number, ready, ending));
        }
      }
    }
    List<InetSocketAddress> chosen = ready.isEmpty() ? ending : ready;
    return chosen.stream()
        .distinct()
        .sorted(
            Comparator.comparing((InetSocketAddress a) -> a.getAddress().getHostAddress())
                .thenComparingInt(InetSocketAddress::getPort))
        .limit(ENDPOINTS_MAX)
        .toList();
  }

  private static void add(
      Endpoint endpoint, int port, List<InetSocketAddress> ready, List<InetSocketAddress> ending) {
    if (endpoint.addresses().isEmpty()) {
      return;
    }
    EndpointConditions conditions = endpoint.conditions();
    boolean isReady = conditions == null || !Boolean.FALSE.equals(conditions.ready());
    boolean isEnding =
        conditions != null
            && Boolean.TRUE.equals(conditions.terminating())
            && Boolean.TRUE.equals(conditions.serving());
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.ofLiteral(endpoint.addresses().getFirst()), port);
    if (isReady) {
      ready.add(address);
    } else if (isEnding) {
      ending.add(address);
    }
  }
}
