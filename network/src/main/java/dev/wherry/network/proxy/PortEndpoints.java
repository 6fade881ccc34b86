package dev.wherry.network.proxy;

import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.discovery.v1.Endpoint;
import dev.wherry.model.discovery.v1.EndpointConditions;
import dev.wherry.model.discovery.v1.EndpointHints;
import dev.wherry.model.discovery.v1.EndpointPort;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.discovery.v1.ForNode;
import dev.wherry.model.discovery.v1.ForZone;
import dev.wherry.network.rules.AddressFamily;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Who can answer for one port of a Service. Ready endpoints; where there are none, those that end
 * but still serve (upstream's CategorizeEndpoints, KEP-1669). Where every ready endpoint has a hint
 * and one is meant for this node, or for its zone, only such are taken (KEP-2433, KEP-3015).
 *
 * @param all in the cluster as far as this node takes them, ordered by address
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

  private record Candidate(
      Backend backend, boolean ready, boolean ending, List<String> nodes, List<String> zones) {}

  static PortEndpoints of(
      AddressFamily family, ServicePort port, List<EndpointSlice> slices, NodeFacts facts) {
    List<Candidate> candidates = new ArrayList<>();
    for (EndpointSlice slice : slices) {
      if (slice.addressType().equals(family.sliceType())) {
        for (EndpointPort each : slice.ports()) {
          Integer number = each.port();
          if (number != null && matches(port, each)) {
            slice.endpoints().forEach(e -> add(candidates, e, number, facts.nodeName()));
          }
        }
      }
    }
    candidates.sort(Comparator.comparing(c -> c.backend().endpoint(), PortEndpoints::compare));
    Predicate<Candidate> local = candidate -> candidate.backend().local();
    return new PortEndpoints(
        choose(candidates, near(candidates, facts), candidate -> true),
        choose(candidates, local, local));
  }

  /** A hint that some endpoints lack, or that would leave nobody, is none. */
  private static Predicate<Candidate> near(List<Candidate> candidates, NodeFacts facts) {
    List<Candidate> ready = candidates.stream().filter(Candidate::ready).toList();
    Predicate<Candidate> node = candidate -> candidate.nodes().contains(facts.nodeName());
    if (ready.stream().noneMatch(c -> c.nodes().isEmpty()) && ready.stream().anyMatch(node)) {
      return node;
    }
    Predicate<Candidate> zone = candidate -> candidate.zones().contains(facts.zone());
    if (ready.stream().noneMatch(c -> c.zones().isEmpty()) && ready.stream().anyMatch(zone)) {
      return zone;
    }
    return candidate -> true;
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
    EndpointHints given = endpoint.hints();
    EndpointHints hints = given == null ? EndpointHints.EMPTY : given;
    if (!endpoint.addresses().isEmpty() && (ready || ending)) {
      byte[] address = InetAddress.ofLiteral(endpoint.addresses().getFirst()).getAddress();
      candidates.add(
          new Candidate(
              new Backend(
                  Bytes.copyOf(address),
                  Maps.endpoint(address, port),
                  endpoint.nodeName().equals(nodeName)),
              ready,
              ending,
              hints.forNodes().stream().map(ForNode::name).toList(),
              hints.forZones().stream().map(ForZone::name).toList()));
    }
  }

  private static List<Backend> choose(
      List<Candidate> candidates, Predicate<Candidate> ready, Predicate<Candidate> ending) {
    List<Backend> chosen = pick(candidates, ready.and(Candidate::ready));
    return chosen.isEmpty() ? pick(candidates, ending.and(Candidate::ending)) : chosen;
  }

  private static List<Backend> pick(List<Candidate> candidates, Predicate<Candidate> eligible) {
    return candidates.stream()
        .filter(eligible)
        .map(Candidate::backend)
        .distinct()
        .limit(ENDPOINTS_MAX)
        .toList();
  }
}
