package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import dev.wherry.network.ingress.route.RouteTable;
import dev.wherry.network.trees.TreeObject;
import dev.wherry.network.trees.Trees;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Gateways and their routes (Gateway API v1). A Gateway is served at the addresses that its Service
 * has been given. Those without one share the nodes' addresses; there listeners of two Gateways for
 * one port and host serve the routes of both.
 */
final class GatewayTranslation {
  private static final int PORT_MAX = 65_535;
  private static final List<Kind<TreeObject>> ROUTES =
      List.of(
          GatewayKinds.HTTP_ROUTE,
          GatewayKinds.GRPC_ROUTE,
          GatewayKinds.TLS_ROUTE,
          GatewayKinds.TCP_ROUTE);

  private final ClusterObjects objects;
  private final RouteTable.Builder table;
  private final Findings findings;

  GatewayTranslation(ClusterObjects objects, RouteTable.Builder table, Findings findings) {
    this.objects = objects;
    this.table = table;
    this.findings = findings;
  }

  void run() {
    Set<String> classes = classes();
    Grants grants = new Grants(objects.all(GatewayKinds.REFERENCE_GRANT));
    Map<ObjectKey, List<GatewayListener>> gateways = new LinkedHashMap<>();
    for (TreeObject gateway : sorted(objects.all(GatewayKinds.GATEWAY))) {
      if (classes.contains(Trees.text(gateway.spec(), "gatewayClassName"))) {
        gateways.put(ObjectKey.of(gateway), listeners(gateway, grants));
      }
    }
    gateways.values().stream().flatMap(List::stream).forEach(this::open);
    BackendPolicies policies = BackendPolicies.of(objects, findings);
    RouteTranslation routes = new RouteTranslation(objects, findings, grants, policies, gateways);
    for (Kind<TreeObject> kind : ROUTES) {
      sorted(objects.all(kind)).forEach(routes::route);
    }
    gateways.values().forEach(this::status);
    policies.report(findings);
  }

  static List<TreeObject> sorted(List<TreeObject> objects) {
    return objects.stream()
        .sorted(Comparator.comparing(GatewayTranslation::created).thenComparing(ObjectKey::of))
        .toList();
  }

  static Instant created(TreeObject object) {
    Instant created = object.metadata().creationTimestamp();
    return created == null ? Instant.EPOCH : created;
  }

  private Set<String> classes() {
    List<TreeObject> ours =
        objects.all(GatewayKinds.GATEWAY_CLASS).stream()
            .filter(c -> Trees.text(c.spec(), "controllerName").equals(GatewayKinds.CONTROLLER))
            .toList();
    for (TreeObject one : ours) {
      ObjectNode status = Json.object();
      Condition.yes("Accepted", "Accepted").write(status.putArray("conditions"), one.generation());
      ArrayNode features = status.putArray("supportedFeatures");
      Features.ALL.forEach(name -> features.addObject().put("name", name));
      findings.status(one, status);
    }
    return ours.stream().map(one -> one.metadata().name()).collect(Collectors.toSet());
  }

  private List<GatewayListener> listeners(TreeObject gateway, Grants grants) {
    List<GatewayListener> listeners = new ArrayList<>();
    RouteTable.Builder own = table(gateway);
    for (JsonNode spec : gateway.spec().path("listeners")) {
      listeners.add(GatewayListener.of(gateway, spec, own, objects, grants, findings));
    }
    for (GatewayListener one : listeners) {
      for (GatewayListener other : listeners) {
        if (one != other && one.port() == other.port()) {
          if (one.speech() != other.speech()) {
            one.conflict(
                "ProtocolConflict",
                "listener " + other.name() + " has another protocol at this port");
          } else if (one.host().equals(other.host())) {
            one.conflict(
                "HostnameConflict", "listener " + other.name() + " has the same port and hostname");
          }
        }
      }
    }
    if (hasParameters(gateway)) {
      listeners.forEach(one -> one.refuse("Pending", "the Gateway's parameters are not known"));
    } else if (GatewayService.asksForOthers(gateway)) {
      listeners.forEach(one -> one.refuse("Pending", "the Gateway's addresses are not supported"));
    }
    return listeners;
  }

  /** Without an address of its own yet, nobody is served: not where another Gateway is. */
  private RouteTable.Builder table(TreeObject gateway) {
    return GatewayService.of(gateway, objects)
        .map(service -> table.at(Set.copyOf(GatewayService.addresses(service))))
        .orElse(table);
  }

  /** We know of none, and a Gateway with some is not to be served (GatewayInfrastructure). */
  private static boolean hasParameters(TreeObject gateway) {
    return gateway.spec().path("infrastructure").has("parametersRef");
  }

  private void open(GatewayListener listener) {
    int port = listener.port();
    boolean usable =
        port > 0
            && port <= PORT_MAX
            && listener.table().speech(port).filter(s -> s != listener.speech()).isEmpty();
    if (listener.isAccepted() && !usable) {
      listener.refuse("PortUnavailable", "the port speaks another protocol already");
    }
    if (listener.isProgrammed()) {
      RouteTable.Builder table = listener.table();
      if (listener.http()) {
        table.listen(port, listener.tls(), listener.host());
      } else if (listener.tls()) {
        table.listenStreams(port, listener.host());
      } else {
        table.listenConnections(port);
      }
      listener
          .certificate()
          .ifPresent(secret -> table.certificate(port, listener.host(), secret.toString()));
    }
  }

  private void status(List<GatewayListener> listeners) {
    if (listeners.isEmpty()) {
      return;
    }
    TreeObject gateway = listeners.getFirst().gateway();
    if (objects.gatewaysHaveAddresses()
        && listeners.stream().anyMatch(GatewayListener::isAccepted)) {
      SortedSet<Integer> ports = new TreeSet<>();
      listeners.stream().filter(GatewayListener::isAccepted).forEach(one -> ports.add(one.port()));
      findings.service(new GatewayService(gateway, ports));
    }
    ObjectNode status = Json.object();
    List<String> reached = reached(gateway);
    ArrayNode addresses = status.putArray("addresses");
    for (String address : reached) {
      addresses.addObject().put("type", "IPAddress").put("value", address);
    }
    long generation = gateway.generation();
    ArrayNode conditions = status.putArray("conditions");
    boolean all = listeners.stream().allMatch(GatewayListener::isAccepted);
    boolean any = listeners.stream().anyMatch(GatewayListener::isAccepted);
    String reason = all ? "Accepted" : "ListenersNotValid";
    String message = all ? "" : "some listeners are not valid";
    Condition accepted =
        hasParameters(gateway)
            ? Condition.no("Accepted", "InvalidParameters", "no parameters are known here")
            : GatewayService.asksForOthers(gateway)
                ? Condition.no("Accepted", "UnsupportedAddress", "only IP addresses can be given")
                : new Condition("Accepted", any, reason, message);
    accepted.write(conditions, generation);
    programmed(listeners, reached).write(conditions, generation);
    ArrayNode written = status.putArray("listeners");
    listeners.forEach(listener -> listener.writeStatus(written));
    findings.status(gateway, status);
  }

  /** Where a Gateway is reached: its own addresses, or of the shared ones those it asks for. */
  private List<String> reached(TreeObject gateway) {
    Optional<Service> service = GatewayService.of(gateway, objects);
    if (service.isPresent() || objects.gatewaysHaveAddresses()) {
      return service.map(GatewayService::addresses).orElse(List.of());
    }
    List<String> wishes = GatewayService.wishes(gateway);
    return objects.addresses().stream()
        .filter(address -> wishes.isEmpty() || wishes.contains(address))
        .toList();
  }

  private Condition programmed(List<GatewayListener> listeners, List<String> reached) {
    if (listeners.stream().noneMatch(GatewayListener::isProgrammed)) {
      return Condition.no("Programmed", "Invalid", "no listener is served");
    }
    if (!reached.isEmpty()) {
      return Condition.yes("Programmed", "Programmed");
    }
    List<String> wishes = GatewayService.wishes(listeners.getFirst().gateway());
    return wishes.isEmpty()
        ? Condition.no("Programmed", "AddressNotAssigned", "there is no address for it yet")
        : Condition.no(
            "Programmed", "AddressNotUsable", "it cannot have " + String.join(", ", wishes));
  }
}
