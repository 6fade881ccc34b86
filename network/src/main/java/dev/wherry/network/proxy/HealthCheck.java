package dev.wherry.network.proxy;

import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.Endpoint;
import dev.wherry.model.discovery.v1.EndpointConditions;
import dev.wherry.model.discovery.v1.EndpointSlice;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a balancer may ask a node about a Service whose traffic stays on the node that it reaches.
 *
 * @param port on every node
 * @param localEndpoints addresses on this node that are ready
 */
record HealthCheck(int port, int localEndpoints) {
  /** Empty for Services of other types or policies (rule: NeedsHealthCheck of the API). */
  static Optional<HealthCheck> of(Service service, List<EndpointSlice> slices, String nodeName) {
    Integer port = service.spec().healthCheckNodePort();
    boolean asked =
        service.spec().type().equals("LoadBalancer")
            && service.spec().externalTrafficPolicy().equals("Local");
    if (!asked || port == null || port <= 0) {
      return Optional.empty();
    }
    List<String> families = service.spec().ipFamilies();
    String family = families.isEmpty() ? "IPv4" : families.getFirst();
    Set<String> ready = new HashSet<>();
    for (EndpointSlice slice : slices) {
      if (slice.addressType().equals(family)) {
        slice.endpoints().stream()
            .filter(endpoint -> endpoint.nodeName().equals(nodeName) && isReady(endpoint))
            .forEach(endpoint -> ready.addAll(endpoint.addresses()));
      }
    }
    return Optional.of(new HealthCheck(port, ready.size()));
  }

  private static boolean isReady(Endpoint endpoint) {
    EndpointConditions conditions = endpoint.conditions();
    return conditions == null || !Boolean.FALSE.equals(conditions.ready());
  }
}
