package dev.wherry.controllers.balancer;

import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.LoadBalancerIngress;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAddress;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which Services are reached at which nodes' addresses. A port belongs to the oldest Service that
 * wants it; those of the API server, the kubelets and SSH belong to nobody. A Service whose ports
 * are not all free gets no address and the condition that the API names for it.
 */
final class Balancing {
  /** The class of Services that say they want this one. */
  static final String CLASS = "wherry.dev/nodes";

  /** Nodes with this label take no outside traffic (rule: service controller). */
  static final String EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers";

  /** The class of Services that say they want an address of the pool. */
  static final String POOL_CLASS = "wherry.dev/pool";

  /**
   * What hosts themselves are reached by, whether or not it runs: whoever may create a Service must
   * not get the administrators' logins.
   */
  static final int SSH_PORT = 22;

  private static final String LOAD_BALANCER = "LoadBalancer";
  private static final String TCP = "TCP";

  /** A port of all nodes, such as TCP 80. */
  private record Place(String protocol, int port) {
    @Override
    public String toString() {
      return protocol + " " + port;
    }
  }

  private final Collection<Node> nodes;
  private final Function<Service, Set<String>> nodesWithEndpoints;
  private final BalancerStatus status;
  private final PoolAddresses pool;
  private final Set<Place> taken;

  Balancing(
      Collection<Node> nodes,
      int apiServerPort,
      Function<Service, Set<String>> nodesWithEndpoints,
      PoolAddresses pool,
      Instant now) {
    this.nodes = nodes;
    this.nodesWithEndpoints = nodesWithEndpoints;
    this.status = new BalancerStatus(now);
    this.pool = pool;
    this.taken = nodes.stream().flatMap(node -> kubelet(node).stream()).collect(Collectors.toSet());
    taken.add(new Place(TCP, apiServerPort));
    taken.add(new Place(TCP, SSH_PORT));
  }

  private static Optional<Place> kubelet(Node node) {
    var endpoints = node.status().daemonEndpoints();
    var kubelet = endpoints == null ? null : endpoints.kubeletEndpoint();
    Integer port = kubelet == null ? null : kubelet.Port();
    return Optional.ofNullable(port).map(number -> new Place(TCP, number));
  }

  /** Whether traffic stays on the node that it reaches. */
  static boolean isLocal(Service service) {
    return service.spec().externalTrafficPolicy().equals("Local");
  }

  Plan decide(Collection<Service> services) {
    List<Action> actions = new ArrayList<>();
    List<Service> oldestFirst =
        services.stream()
            .sorted(
                Comparator.comparing(Balancing::age)
                    .thenComparing(service -> service.metadata().namespace())
                    .thenComparing(service -> service.metadata().name()))
            .toList();
    pool.keep(oldestFirst);
    oldestFirst.forEach(service -> actions.addAll(decide(service)));
    actions.addAll(pool.announce(this::leaders));
    return actions.isEmpty() ? Plan.NOTHING : Plan.of(actions);
  }

  private static Instant age(Service service) {
    return Objects.requireNonNullElse(service.metadata().creationTimestamp(), Instant.MAX);
  }

  private List<Action> decide(Service service) {
    if (!service.spec().type().equals(LOAD_BALANCER)) {
      return BalancerStatus.isBlank(service)
          ? List.of()
          : status.write(service, List.of(), BalancerStatus.FINE);
    }
    String wanted = service.spec().loadBalancerClass();
    boolean pooled = wanted.equals(POOL_CLASS) || wanted.isEmpty() && !pool.isEmpty();
    if (service.metadata().deletionTimestamp() != null
        || !(pooled || wanted.isEmpty() || wanted.equals(CLASS))) {
      return List.of();
    }
    if (pooled) {
      PoolAddresses.Given given = pool.give(service);
      return status.write(service, given.addresses(), given.problem());
    }
    List<Place> places = places(service);
    List<Place> busy = places.stream().filter(taken::contains).toList();
    if (!busy.isEmpty()) {
      return status.write(
          service,
          List.of(),
          BalancerStatus.Problem.ofPorts(
              "ports of the nodes that are taken already: "
                  + busy.stream().map(Place::toString).collect(Collectors.joining(", "))));
    }
    taken.addAll(places);
    return status.write(service, addresses(service), BalancerStatus.FINE);
  }

  private static List<Place> places(Service service) {
    return service.spec().ports().stream().map(Balancing::place).toList();
  }

  private static Place place(ServicePort port) {
    return new Place(
        port.protocol().isEmpty() ? TCP : port.protocol(),
        Objects.requireNonNullElse(port.port(), 0));
  }

  /**
   * The names of nodes that may answer at a Service's address: those that seem to be on its link,
   * where there are any. Which links a node has only it knows itself.
   */
  private List<String> leaders(Service service, String address) {
    List<Node> all = answering(service).toList();
    List<Node> near = all.stream().filter(node -> isNear(node, address)).toList();
    return (near.isEmpty() ? all : near).stream().map(node -> node.metadata().name()).toList();
  }

  private static boolean isNear(Node node, String address) {
    return node.status().addresses().stream()
        .filter(own -> own.type().equals("InternalIP"))
        .anyMatch(own -> AddressPool.areNear(own.address(), address));
  }

  private Stream<Node> answering(Service service) {
    Set<String> only = isLocal(service) ? nodesWithEndpoints.apply(service) : Set.of();
    return nodes.stream()
        .filter(Balancing::takesTraffic)
        .filter(node -> !isLocal(service) || only.contains(node.metadata().name()))
        .sorted(Comparator.comparing(node -> node.metadata().name()));
  }

  private List<LoadBalancerIngress> addresses(Service service) {
    return answering(service)
        .flatMap(node -> addresses(node, service.spec().ipFamilies()).stream())
        .distinct()
        .map(ip -> LoadBalancerIngress.builder().ip(ip).ipMode("VIP").build())
        .toList();
  }

  static boolean isReady(Node node) {
    return node.status().conditions().stream()
        .anyMatch(one -> one.type().equals("Ready") && one.status().equals("True"));
  }

  private static boolean takesTraffic(Node node) {
    return isReady(node)
        && node.metadata().deletionTimestamp() == null
        && !node.metadata().labels().containsKey(EXCLUDED);
  }

  /** A node's external addresses, else its internal ones. */
  private static List<String> addresses(Node node, List<String> families) {
    List<String> external = addresses(node, "ExternalIP", families);
    return external.isEmpty() ? addresses(node, "InternalIP", families) : external;
  }

  private static List<String> addresses(Node node, String type, List<String> families) {
    return node.status().addresses().stream()
        .filter(address -> address.type().equals(type))
        .map(NodeAddress::address)
        .filter(ip -> families.isEmpty() || families.contains(ip.contains(":") ? "IPv6" : "IPv4"))
        .toList();
  }
}
