package dev.wherry.controllers.balancer;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.lease.AddressLeases;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.Endpoint;
import dev.wherry.model.discovery.v1.EndpointSlice;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Gives Services of type LoadBalancer without a class of another the addresses of the nodes, and
 * takes them away when the type changes; with a pool, addresses of their own instead. All of them
 * are decided together, for they share ports and addresses.
 */
public final class NodeBalancer implements KeyDriven {
  /** The one key: all balanced Services. */
  private static final String ALL = "";

  private static final String LOAD_BALANCER = "LoadBalancer";
  private static final String SERVICE_NAME = "kubernetes.io/service-name";

  private final Informer<Service> services;
  private final Informer<EndpointSlice> slices;
  private final Informer<Lease> leases;
  private final PlanController<String> loop;

  /**
   * @param apiServerPort at nodes' addresses; no Service gets it
   * @param pool of addresses for Services that want one of their own
   */
  public NodeBalancer(Parts parts, int apiServerPort, AddressPool pool) {
    services = parts.informers().of(Service.KIND);
    slices = parts.informers().of(EndpointSlice.KIND);
    leases = parts.informers().of(Lease.KIND);
    Informer<Node> nodes = parts.informers().of(Node.KIND);
    loop =
        new PlanController<>(
            "node-balancer",
            1,
            parts,
            (_, now) ->
                new Balancing(
                        nodes.list(),
                        apiServerPort,
                        this::nodesWithEndpoints,
                        new PoolAddresses(pool, leases.list(AddressLeases.NAMESPACE), now),
                        now)
                    .decide(services.list()));
    services.onChange(this::serviceChanged);
    nodes.onChange(this::nodeChanged);
    slices.onChange(this::sliceChanged);
    leases.onChange(this::leaseChanged);
  }

  private void leaseChanged(Change<Lease> change) {
    if (AddressLeases.isOne(change.latest())) {
      loop.add(ALL);
    }
  }

  private Set<String> nodesWithEndpoints(Service service) {
    return slices.list().stream()
        .filter(slice -> slice.metadata().namespace().equals(service.metadata().namespace()))
        .filter(slice -> serviceOf(slice).equals(service.metadata().name()))
        .flatMap(slice -> slice.endpoints().stream())
        .filter(NodeBalancer::isReady)
        .map(Endpoint::nodeName)
        .collect(Collectors.toSet());
  }

  private static boolean isReady(Endpoint endpoint) {
    var conditions = endpoint.conditions();
    return conditions == null || !Boolean.FALSE.equals(conditions.ready());
  }

  private static String serviceOf(EndpointSlice slice) {
    return slice.metadata().labels().getOrDefault(SERVICE_NAME, "");
  }

  private void serviceChanged(Change<Service> change) {
    boolean was =
        change instanceof Change.Updated<Service>(Service before, Service _) && isBalanced(before);
    if (was || isBalanced(change.latest())) {
      loop.add(ALL);
    }
  }

  private static boolean isBalanced(Service service) {
    return service.spec().type().equals(LOAD_BALANCER);
  }

  /** Nodes report every few minutes; what matters here seldom changes. */
  private void nodeChanged(Change<Node> change) {
    boolean same =
        change instanceof Change.Updated<Node>(Node before, Node now)
            && before.status().addresses().equals(now.status().addresses())
            && before.metadata().labels().equals(now.metadata().labels())
            && Balancing.isReady(before) == Balancing.isReady(now);
    if (!same) {
      loop.add(ALL);
    }
  }

  /** Endpoints matter only where traffic stays on its node. */
  private void sliceChanged(Change<EndpointSlice> change) {
    EndpointSlice slice = change.latest();
    services
        .get(slice.metadata().namespace(), serviceOf(slice))
        .filter(NodeBalancer::isBalanced)
        .filter(Balancing::isLocal)
        .ifPresent(_ -> loop.add(ALL));
  }

  @Override
  public KeyedController<?> keys() {
    return loop.keys();
  }
}
