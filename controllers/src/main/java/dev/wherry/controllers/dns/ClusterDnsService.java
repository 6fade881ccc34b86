package dev.wherry.controllers.dns;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the Service {@code kube-dns} and one EndpointSlice for each node whose agent answers.
 * Without built-in DNS it takes away what it made, so that another can have name and address; a
 * Service with a selector is another's, and gets no endpoints from here.
 */
public final class ClusterDnsService implements Controller {
  /** The key that stands for the Service; all others are nodes' names. */
  private static final String SERVICE = "";

  private final PlanController<String> loop;
  private final Informer<Node> nodes;
  private final Informer<EndpointSlice> slices;

  /**
   * A controller that has not begun.
   *
   * @param address of the Service; "" where DNS is none of ours
   */
  public ClusterDnsService(Parts parts, String address) {
    Informer<Service> services = parts.informers().of(Service.KIND);
    nodes = parts.informers().of(Node.KIND);
    slices = parts.informers().of(EndpointSlice.KIND);
    loop =
        new PlanController<>(
            "cluster-dns",
            1,
            parts,
            (key, _) -> {
              Optional<Service> service = services.get(DnsObjects.NAMESPACE, DnsObjects.NAME);
              return key.equals(SERVICE)
                  ? decideService(address, service)
                  : decideNode(
                      key,
                      !address.isEmpty() && service.filter(ClusterDnsService::isServed).isPresent(),
                      nodes.get("", key),
                      slices.get(DnsObjects.NAMESPACE, DnsObjects.sliceName(key)));
            });
    services.onChange(this::serviceChanged);
    nodes.onChange(this::nodeChanged);
    slices.onChange(this::sliceChanged);
  }

  private static boolean isServed(Service service) {
    return service.spec().selector().isEmpty() && service.metadata().deletionTimestamp() == null;
  }

  private void serviceChanged(Change<Service> change) {
    Service service = change.latest();
    if (service.metadata().name().equals(DnsObjects.NAME)
        && service.metadata().namespace().equals(DnsObjects.NAMESPACE)) {
      everything();
    }
  }

  private void everything() {
    loop.add(SERVICE);
    nodes.list().forEach(node -> loop.add(node.metadata().name()));
  }

  /** Nodes report every few minutes; what matters here seldom changes. */
  private void nodeChanged(Change<Node> change) {
    boolean same =
        change instanceof Change.Updated<Node>(Node before, Node now)
            && before.metadata().annotations().equals(now.metadata().annotations())
            && before.status().addresses().equals(now.status().addresses());
    if (!same) {
      loop.add(change.latest().metadata().name());
    }
  }

  private void sliceChanged(Change<EndpointSlice> change) {
    EndpointSlice slice = change.latest();
    if (DnsObjects.isOurs(slice)) {
      nodeOf(slice).ifPresent(loop::add);
    }
  }

  private static Optional<String> nodeOf(EndpointSlice slice) {
    return slice.endpoints().stream().map(endpoint -> endpoint.nodeName()).findFirst();
  }

  static Plan decideService(String address, Optional<Service> service) {
    if (!address.isEmpty()) {
      return service.isPresent()
          ? Plan.NOTHING
          : Plan.of(List.of(new Action.Create<>(Service.KIND, DnsObjects.service(address))));
    }
    return service.filter(DnsObjects::isOurs).isEmpty()
        ? Plan.NOTHING
        : Plan.of(
            List.of(
                new Action.Delete(
                    Service.KIND, DnsObjects.NAMESPACE, DnsObjects.NAME, DeleteOptions.DEFAULT)));
  }

  static Plan decideNode(
      String name, boolean served, Optional<Node> node, Optional<EndpointSlice> present) {
    Optional<EndpointSlice> wanted =
        served ? node.flatMap(n -> DnsObjects.slice(n, present)) : Optional.empty();
    Optional<EndpointSlice> ours = present.filter(DnsObjects::isOurs);
    if (wanted.isEmpty()) {
      return ours.isEmpty()
          ? Plan.NOTHING
          : Plan.of(
              List.of(
                  new Action.Delete(
                      EndpointSlice.KIND,
                      DnsObjects.NAMESPACE,
                      DnsObjects.sliceName(name),
                      DeleteOptions.DEFAULT)));
    }
    if (present.isEmpty()) {
      return Plan.of(List.of(new Action.Create<>(EndpointSlice.KIND, wanted.get())));
    }
    if (present.get().equals(wanted.get())) {
      return Plan.NOTHING;
    }
    // The type of a slice's addresses never changes: the deletion brings the key back.
    return present.get().addressType().equals(wanted.get().addressType())
        ? Plan.of(List.of(new Action.Update<>(EndpointSlice.KIND, wanted.get())))
        : decideNode(name, false, node, present);
  }

  @Override
  public void start() {
    everything();
    slices.list().stream()
        .filter(DnsObjects::isOurs)
        .forEach(slice -> nodeOf(slice).ifPresent(loop::add));
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
  }
}
