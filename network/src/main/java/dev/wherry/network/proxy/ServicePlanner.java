package dev.wherry.network.proxy;

import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.LoadBalancerIngress;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.core.v1.ServiceSpec;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.nftables.Element;
import dev.wherry.network.nftables.Verdict;
import dev.wherry.network.proxy.Maps.Entry;
import dev.wherry.network.proxy.Maps.Pool;
import dev.wherry.network.proxy.Maps.Target;
import dev.wherry.network.proxy.PickChain.Sender;
import dev.wherry.network.proxy.PortEndpoints.Backend;
import dev.wherry.network.proxy.ServicePlan.Claim;
import dev.wherry.network.proxy.ServicePlan.Datagrams;
import dev.wherry.network.proxy.ServicePlan.Place;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns one Service into its elements of the table. Pure. The rules are upstream's ("Virtual IPs
 * and Service Proxies"): who may answer, whose source address is kept, what is refused (no endpoint
 * at all) and what is dropped (none on this node where only those count).
 */
final class ServicePlanner {
  private static final int STICKY_SECONDS_DEFAULT = 10_800;
  static final int UDP = 17;
  private static final int RANK_CLUSTER_ADDRESS = 0;
  private static final int RANK_WISH = 1;
  private static final Bytes NO_ADDRESS = Bytes.copyOf(new byte[0]);

  private final NodeFacts facts;
  private final Map<Place, Claim> elements = new LinkedHashMap<>();
  private final Set<OwnedChain> chains = new LinkedHashSet<>();
  private final List<Datagrams> datagrams = new ArrayList<>();

  private ServicePlanner(NodeFacts facts) {
    this.facts = facts;
  }

  /** The plan of a Service with its slices; nothing for headless ones and external names. */
  static ServicePlan plan(Service service, List<EndpointSlice> slices, NodeFacts facts) {
    ServicePlanner planner = new ServicePlanner(facts);
    List<byte[]> clusterAddresses = clusterAddresses(service.spec());
    if (clusterAddresses.isEmpty() || service.spec().type().equals("ExternalName")) {
      return ServicePlan.NOTHING;
    }
    for (byte[] address : clusterAddresses) {
      AddressFamily family = AddressFamily.of(address);
      planner.claim(0, Maps.addresses(family), Element.of(Bytes.copyOf(address)));
      for (ServicePort port : service.spec().ports()) {
        protocol(port).ifPresent(p -> planner.port(service, slices, address, port, p));
      }
    }
    return new ServicePlan(planner.elements, planner.chains, planner.datagrams);
  }

  private static List<byte[]> clusterAddresses(ServiceSpec spec) {
    List<String> texts =
        spec.clusterIPs().isEmpty() ? List.of(spec.clusterIP()) : spec.clusterIPs();
    return texts.stream()
        .filter(text -> !text.isEmpty() && !text.equals("None"))
        .map(text -> InetAddress.ofLiteral(text).getAddress())
        .toList();
  }

  private static Optional<Integer> protocol(ServicePort port) {
    return switch (PortEndpoints.protocol(port.protocol())) {
      case "TCP" -> Optional.of(6);
      case "UDP" -> Optional.of(UDP);
      case "SCTP" -> Optional.of(132);
      default -> Optional.empty();
    };
  }

  /** Destinations of one family, for one port. */
  private void port(
      Service service,
      List<EndpointSlice> slices,
      byte[] clusterAddress,
      ServicePort port,
      int protocol) {
    Integer number = port.port();
    if (number == null) {
      return;
    }
    AddressFamily family = AddressFamily.of(clusterAddress);
    ServiceSpec spec = service.spec();
    PortEndpoints endpoints = PortEndpoints.of(family, port, slices, facts);
    Destination cluster =
        new Destination(
            new Target(family, Entry.ADDRESS, Bytes.copyOf(clusterAddress), protocol, number),
            endpoints,
            stickySeconds(spec),
            RANK_CLUSTER_ADDRESS);
    internal(cluster, spec.internalTrafficPolicy().equals("Local"));
    boolean local = spec.externalTrafficPolicy().equals("Local");
    for (Bytes address : addresses(family, spec.externalIPs())) {
      external(cluster.at(new Target(family, Entry.ADDRESS, address, protocol, number)), local);
    }
    for (Bytes address : addresses(family, balancerAddresses(service))) {
      Destination balanced =
          cluster.at(new Target(family, Entry.ADDRESS, address, protocol, number));
      external(balanced, local);
      guard(spec, balanced);
    }
    Integer nodePort = port.nodePort();
    if (nodePort != null && nodePort > 0) {
      Destination hosted =
          cluster.at(new Target(family, Entry.NODE_PORT, NO_ADDRESS, protocol, nodePort));
      external(hosted, local);
      guard(spec, hosted);
    }
    endpoints.all().stream().filter(Backend::local).forEach(backend -> hairpin(family, backend));
  }

  private static int stickySeconds(ServiceSpec spec) {
    if (!spec.sessionAffinity().equals("ClientIP")) {
      return 0;
    }
    var config = spec.sessionAffinityConfig();
    var client = config == null ? null : config.clientIP();
    Integer seconds = client == null ? null : client.timeoutSeconds();
    return seconds == null || seconds <= 0 ? STICKY_SECONDS_DEFAULT : seconds;
  }

  private static List<Bytes> addresses(AddressFamily family, List<String> texts) {
    return texts.stream()
        .map(text -> InetAddress.ofLiteral(text).getAddress())
        .filter(address -> AddressFamily.of(address) == family)
        .map(Bytes::copyOf)
        .toList();
  }

  private static List<String> balancerAddresses(Service service) {
    List<String> texts = new ArrayList<>();
    var balancer = service.status().loadBalancer();
    if (service.spec().type().equals("LoadBalancer") && balancer != null) {
      for (LoadBalancerIngress ingress : balancer.ingress()) {
        // With mode Proxy the balancer delivers to node ports; the address is its own.
        if (!ingress.ip().isEmpty() && !ingress.ipMode().equals("Proxy")) {
          texts.add(ingress.ip());
        }
      }
    }
    return texts;
  }

  /** Ranges guard the balancer's addresses and, as balancers deliver there, the node ports. */
  private void guard(ServiceSpec spec, Destination destination) {
    Target target = destination.target();
    List<Cidr> ranges =
        spec.loadBalancerSourceRanges().stream()
            .map(String::trim)
            .map(Cidr::parse)
            .filter(range -> range.family() == target.family())
            .toList();
    if (!spec.loadBalancerSourceRanges().isEmpty() && spec.type().equals("LoadBalancer")) {
      GuardChain chain = new GuardChain(target.family(), ranges);
      chains.add(chain);
      String map = Maps.guard(target.family(), target.entry());
      claim(destination.rank(), map, Element.of(target.key(), Verdict.jump(chain.name())));
    }
  }

  /** One place where a Service is reached. */
  private record Destination(Target target, PortEndpoints endpoints, int stickySeconds, int rank) {
    Destination at(Target other) {
      return new Destination(other, endpoints, stickySeconds, RANK_WISH);
    }

    PickChain chain(Pool pool, Sender sender) {
      int count = (pool == Pool.ALL ? endpoints.all() : endpoints.local()).size();
      return new PickChain(target.family(), target.entry(), pool, sender, count, stickySeconds);
    }
  }

  private void internal(Destination destination, boolean localOnly) {
    if (unanswered(destination)) {
      return;
    }
    dispatch(destination, localOnly ? Pool.LOCAL : Pool.ALL, Sender.FOREIGN_HIDDEN);
  }

  /** From the host and its pods every endpoint is reached, whatever the policy. */
  private void external(Destination destination, boolean localOnly) {
    if (unanswered(destination)) {
      return;
    }
    dispatch(destination, Pool.ALL, localOnly ? Sender.FOREIGN_HIDDEN : Sender.HIDDEN);
    if (localOnly) {
      Target target = destination.target();
      String map = Maps.outside(target.family(), target.entry());
      go(destination, map, Pool.LOCAL, Sender.KEPT);
    }
  }

  private boolean unanswered(Destination destination) {
    Target target = destination.target();
    if (target.protocol() == UDP) {
      Set<Bytes> allowed = new HashSet<>();
      destination.endpoints().all().forEach(backend -> allowed.add(backend.endpoint()));
      destination.endpoints().local().forEach(backend -> allowed.add(backend.endpoint()));
      datagrams.add(new Datagrams(target, allowed));
    }
    if (!destination.endpoints().all().isEmpty()) {
      return false;
    }
    String map = Maps.absent(target.family(), target.entry());
    claim(destination.rank(), map, Element.of(target.key(), Verdict.go(BaseChains.REFUSE)));
    return true;
  }

  private void dispatch(Destination destination, Pool pool, Sender sender) {
    Target target = destination.target();
    go(destination, Maps.dispatch(target.family(), target.entry()), pool, sender);
  }

  private void go(Destination destination, String map, Pool pool, Sender sender) {
    Target target = destination.target();
    List<Backend> backends =
        pool == Pool.ALL ? destination.endpoints().all() : destination.endpoints().local();
    if (backends.isEmpty()) {
      claim(destination.rank(), map, Element.of(target.key(), Verdict.DROP));
      return;
    }
    PickChain chain = destination.chain(pool, sender);
    chains.add(chain);
    claim(destination.rank(), map, Element.of(target.key(), Verdict.go(chain.name())));
    for (int i = 0; i < backends.size(); i++) {
      Bytes endpoint = backends.get(i).endpoint();
      claim(
          destination.rank(),
          Maps.endpoints(target.family(), target.entry()),
          Element.of(target.key(pool.offset() + i), endpoint));
      if (destination.stickySeconds() > 0) {
        String live = Maps.live(target.family(), target.entry(), pool);
        claim(destination.rank(), live, Element.of(target.key(endpoint)));
      }
    }
  }

  private void hairpin(AddressFamily family, Backend backend) {
    byte[] address = backend.address().toArray();
    byte[] twice = java.util.Arrays.copyOf(address, 2 * address.length);
    System.arraycopy(address, 0, twice, address.length, address.length);
    claim(RANK_CLUSTER_ADDRESS, Maps.hairpin(family), Element.of(Bytes.copyOf(twice)));
  }

  private void claim(int rank, String set, Element element) {
    elements.putIfAbsent(new Place(set, element.key()), new Claim(rank, element));
  }
}
