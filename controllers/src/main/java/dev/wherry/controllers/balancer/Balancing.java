package dev.wherry.controllers.balancer;

import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.LoadBalancerIngress;
import dev.wherry.model.core.v1.LoadBalancerStatus;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAddress;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.core.v1.ServiceStatus;
import dev.wherry.model.meta.v1.Condition;
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

/**
 * Which Services are reached at which nodes' addresses. A port belongs to the oldest Service that
 * wants it; those of the API server and the kubelets belong to nobody. A Service whose ports are
 * not all free gets no address and the condition that the API names for it.
 */
final class Balancing {
  /** The class of Services that say they want this one. */
  static final String CLASS = "wherry.dev/nodes";

  /** Nodes with this label take no outside traffic (rule: service controller). */
  static final String EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers";

  static final String PORTS_ERROR = "LoadBalancerPortsError";
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
  private final Instant now;
  private final Set<Place> taken;

  Balancing(
      Collection<Node> nodes,
      int apiServerPort,
      Function<Service, Set<String>> nodesWithEndpoints,
      Instant now) {
    this.nodes = nodes;
    this.nodesWithEndpoints = nodesWithEndpoints;
    this.now = now;
    this.taken = nodes.stream().flatMap(node -> kubelet(node).stream()).collect(Collectors.toSet());
    taken.add(new Place(TCP, apiServerPort));
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
    services.stream()
        .sorted(
            Comparator.comparing(Balancing::age)
                .thenComparing(service -> service.metadata().namespace())
                .thenComparing(service -> service.metadata().name()))
        .forEach(service -> actions.addAll(decide(service)));
    return actions.isEmpty() ? Plan.NOTHING : Plan.of(actions);
  }

  private static Instant age(Service service) {
    return Objects.requireNonNullElse(service.metadata().creationTimestamp(), Instant.MAX);
  }

  private List<Action> decide(Service service) {
    if (!service.spec().type().equals(LOAD_BALANCER)) {
      return present(service).isEmpty() && error(service).isEmpty()
          ? List.of()
          : write(service, List.of(), "");
    }
    String wanted = service.spec().loadBalancerClass();
    if (service.metadata().deletionTimestamp() != null
        || !(wanted.isEmpty() || wanted.equals(CLASS))) {
      return List.of();
    }
    List<Place> places = places(service);
    List<Place> busy = places.stream().filter(taken::contains).toList();
    if (!busy.isEmpty()) {
      return write(
          service,
          List.of(),
          "ports of the nodes that are taken already: "
              + busy.stream().map(Place::toString).collect(Collectors.joining(", ")));
    }
    taken.addAll(places);
    return write(service, addresses(service), "");
  }

  private static List<Place> places(Service service) {
    return service.spec().ports().stream().map(Balancing::place).toList();
  }

  private static Place place(ServicePort port) {
    return new Place(
        port.protocol().isEmpty() ? TCP : port.protocol(),
        Objects.requireNonNullElse(port.port(), 0));
  }

  private List<LoadBalancerIngress> addresses(Service service) {
    Set<String> only = isLocal(service) ? nodesWithEndpoints.apply(service) : Set.of();
    return nodes.stream()
        .filter(Balancing::takesTraffic)
        .filter(node -> !isLocal(service) || only.contains(node.metadata().name()))
        .sorted(Comparator.comparing(node -> node.metadata().name()))
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

  private static List<LoadBalancerIngress> present(Service service) {
    var balancer = service.status().loadBalancer();
    return balancer == null ? List.of() : balancer.ingress();
  }

  private static Optional<Condition> error(Service service) {
    return service.status().conditions().stream()
        .filter(condition -> condition.type().equals(PORTS_ERROR))
        .findFirst();
  }

  /**
   * @param error "" for none
   */
  private List<Action> write(Service service, List<LoadBalancerIngress> wanted, String error) {
    boolean sameError = error(service).map(Condition::message).orElse("").equals(error);
    if (sameError && present(service).equals(wanted)) {
      return List.of();
    }
    List<Condition> conditions =
        new ArrayList<>(
            service.status().conditions().stream()
                .filter(condition -> !condition.type().equals(PORTS_ERROR))
                .toList());
    if (!error.isEmpty()) {
      conditions.add(
          error(service).filter(_ -> sameError).orElseGet(() -> condition(service, error)));
    }
    ServiceStatus status =
        service.status().toBuilder()
            .loadBalancer(LoadBalancerStatus.builder().ingress(wanted).build())
            .conditions(conditions)
            .build();
    List<Action> actions = new ArrayList<>();
    actions.add(
        new Action.UpdateStatus<>(Service.KIND, service.toBuilder().status(status).build()));
    if (!error.isEmpty()) {
      actions.add(report(service, EventType.WARNING, "SyncLoadBalancerFailed", error));
    } else if (!wanted.isEmpty()) {
      actions.add(report(service, EventType.NORMAL, "EnsuredLoadBalancer", addresses(wanted)));
    }
    return actions;
  }

  private static String addresses(List<LoadBalancerIngress> wanted) {
    return "Ensured load balancer at "
        + wanted.stream().map(LoadBalancerIngress::ip).collect(Collectors.joining(", "));
  }

  private static Action report(Service service, EventType type, String reason, String message) {
    return new Action.Report(References.to(service), type, reason, message);
  }

  private Condition condition(Service service, String error) {
    return Condition.builder()
        .type(PORTS_ERROR)
        .status("True")
        .reason("PortTaken")
        .message(error)
        .observedGeneration(service.metadata().generation())
        .lastTransitionTime(now)
        .build();
  }
}
