package dev.wherry.network.proxy;

import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.discovery.v1.Endpoint;
import dev.wherry.model.discovery.v1.EndpointConditions;
import dev.wherry.model.discovery.v1.EndpointPort;
import dev.wherry.model.discovery.v1.EndpointSlice;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Who can answer for one port of a Service. Ready endpoints; where there are none, those that end
 * but still serve (upstream's CategorizeEndpoints, KEP-1669).
 *
 * @param all in the cluster, ordered by address
 * @param local those on this node
 */
record PortEndpoints(List<Backend> all, List<Backend> local) {
  /** More are left out: a map's index space per pool ends there. */
  static final int ENDPOINTS_MAX = 1 << 16;

  private static final String PROTOCOL_DEFAULT = "TCP";

  PortEndpoints {
    all = List.copyOf(all);
    local = List.copyOf(local);
  }

  /** An endpoint: its address alone, and address with port as the maps hold it. */
  record Backend(Bytes address, Bytes endpoint, boolean local) {}

  private record Candidate(Backend backend, boolean ready, boolean ending) {}

  static PortEndpoints of(
      AddressFamily family, ServicePort port, List<EndpointSlice> slices, String nodeName) {
    List<Candidate> candidates = new ArrayList<>();
    for (EndpointSlice slice : slices) {
      if (slice.addressType().equals(family.sliceType())) {
        for (EndpointPort each : slice.ports()) {
          Integer number = each.port();
          if (number != null && matches(port, each)) {
            slice.endpoints().forEach(e -> add(candidates, e, number, nodeName));
          }
        }
      }
    }
    candidates.sort(Comparator.comparing(c -> c.backend().endpoint(), PortEndpoints::compare));
    return new PortEndpoints(
        choose(candidates, backend -> true), choose(candidates, Backend::local));
  }

  private static int compare(Bytes one, Bytes other) {
    return java.util.Arrays.compareUnsigned(one.toArray(), other.toArray());
  }

  private static boolean matches(ServicePort wanted, EndpointPort offered) {
    return wanted.name().equals(offered.name())
        && protocol(wanted.protocol()).equals(protocol(offered.protocol()));
  }

  static String protocol(String name) {
    return name.isEmpty() ? PROTOCOL_DEFAULT : name;
  }

  private static void add(
      List<Candidate> candidates, Endpoint endpoint, int port, String nodeName) {
    EndpointConditions conditions = endpoint.conditions();
    boolean ready = conditions == null || !Boolean.FALSE.equals(conditions.ready());
    boolean ending =
        conditions != null
            && Boolean.TRUE.equals(conditions.terminating())
            && (conditions.serving() == null ? ready : conditions.serving());
    if (!endpoint.addresses().isEmpty() && (ready || ending)) {
      byte[] address = InetAddress.ofLiteral(endpoint.addresses().getFirst()).getAddress();
      candidates.add(
          new Candidate(
              new Backend(
                  Bytes.copyOf(address),
                  Maps.endpoint(address, port),
                  endpoint.nodeName().equals(nodeName)),
              ready,
              ending));
    }
  }

  private static List<Backend> choose(List<Candidate> candidates, Predicate<Backend> eligible) {
    List<Backend> ready = pick(candidates, eligible, Candidate::ready);
    return ready.isEmpty() ? pick(candidates, eligible, Candidate::ending) : ready;
  }

  private static List<Backend> pick(
      List<Candidate> candidates, Predicate<Backend> eligible, Predicate<Candidate> state) {
    return candidates.stream()
        .filter(state)
        .map(Candidate::backend)
        .filter(eligible)
        .distinct()
        .limit(ENDPOINTS_MAX)
        .toList();
  }
}
