package dev.wherry.controllers.endpoints;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Endpoints;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.selector.Labels;
import java.util.List;
import java.util.Optional;

/**
 * Keeps EndpointSlices and Endpoints of every service with a selector (kube-controller-manager
 * endpointslice and endpoint).
 */
public final class ServiceEndpoints implements Controller {
  private static final String BY_SERVICE = "service";
  private static final String ZONE = "topology.kubernetes.io/zone";
  private static final int WORKERS = 4;

  private final Informer<Service> services;
  private final Informer<Pod> pods;
  private final Informer<EndpointSlice> slices;
  private final Informer<Endpoints> endpoints;
  private final Informer<Node> nodes;
  private final KeyedController<ObjectKey> sliceLoop;
  private final KeyedController<ObjectKey> endpointsLoop;

  /**
   * @param parts as endpointslice-controller
   * @param endpointsParts as endpoint-controller
   */
  public ServiceEndpoints(Parts parts, Parts endpointsParts) {
    services = parts.informers().of(Service.KIND);
    pods = parts.informers().of(Pod.KIND);
    slices = parts.informers().of(EndpointSlice.KIND).index(BY_SERVICE, ServiceEndpoints::owner);
    endpoints = parts.informers().of(Endpoints.KIND);
    nodes = parts.informers().of(Node.KIND);
    sliceLoop =
        new KeyedController<>(
            "endpointslices", WORKERS, parts, key -> apply(parts, key, decideSlices(key)));
    endpointsLoop =
        new KeyedController<>(
            "endpoints",
            WORKERS,
            endpointsParts,
            key -> apply(endpointsParts, key, decideEndpoints(key)));
    services.onChange(change -> add(ObjectKey.of(change.latest())));
    nodes.onChange(this::nodeSeen);
    pods.onChange(this::podSeen);
    slices.onChange(change -> sliceSeen(change.latest()));
    endpoints.onChange(change -> {
      if (services.get(ObjectKey.of(change.latest())).isPresent()) {
        endpointsLoop.add(ObjectKey.of(change.latest()));
      }
    });
  }

  private Outcome apply(Parts parts, ObjectKey key, Plan plan) {
    Optional<Service> service = services.get(key);
    return service.isEmpty()
        ? parts.applier().apply(plan)
        : EndpointWrites.apply(parts, service.get(), plan);
  }

  private void add(ObjectKey key) {
    sliceLoop.add(key);
    endpointsLoop.add(key);
  }

  private static List<String> owner(EndpointSlice slice) {
    String service = slice.metadata().labels().getOrDefault(SlicePlan.SERVICE_LABEL, "");
    String by = slice.metadata().labels().getOrDefault(SlicePlan.MANAGED_BY, "");
    return service.isEmpty() || !by.equals(SlicePlan.CONTROLLER)
        ? List.of()
        : List.of(slice.metadata().namespace() + "/" + service);
  }

  private void sliceSeen(EndpointSlice slice) {
    if (!owner(slice).isEmpty()) {
      String service = slice.metadata().labels().getOrDefault(SlicePlan.SERVICE_LABEL, "");
      sliceLoop.add(new ObjectKey(slice.metadata().namespace(), service));
    }
  }

  private void podSeen(Change<Pod> change) {
    Pod now = change.latest();
    Pod before =
        change instanceof Change.Updated<Pod>(Pod old, Pod _) && !isSame(old, now) ? old : now;
    for (Service service : services.list(now.metadata().namespace())) {
      if (ServicePods.isSelecting(service)) {
        Labels selector = Labels.ofMap(service.spec().selector());
        if (selector.matches(now.metadata().labels())
            || selector.matches(before.metadata().labels())) {
          add(ObjectKey.of(service));
        }
      }
    }
  }

  /** A node that gets a zone, or another one, gives it to all endpoints on it. */
  private void nodeSeen(Change<Node> change) {
    String now = change.latest().metadata().labels().getOrDefault(ZONE, "");
    String before =
        change instanceof Change.Updated<Node>(Node old, Node _)
            ? old.metadata().labels().getOrDefault(ZONE, "")
            : "";
    if (!now.equals(before)) {
      services.list().forEach(service -> sliceLoop.add(ObjectKey.of(service)));
    }
  }

  private String zone(String node) {
    return nodes
        .get("", node)
        .map(found -> found.metadata().labels().getOrDefault(ZONE, ""))
        .orElse("");
  }

  private static boolean isSame(Pod before, Pod now) {
    return before.metadata().labels().equals(now.metadata().labels());
  }

  private static boolean isKept(Service service) {
    return ServicePods.isSelecting(service) && service.metadata().deletionTimestamp() == null;
  }

  private Plan decideSlices(ObjectKey key) {
    Optional<Service> service = services.get(key);
    List<EndpointSlice> own = slices.byIndex(BY_SERVICE, key.namespace() + "/" + key.name());
    if (service.isEmpty()) {
      return Plan.of(own.stream().map(SlicePlan::delete).toList());
    }
    return isKept(service.get())
        ? Plan.of(SlicePlan.decide(service.get(), pods.list(key.namespace()), own, this::zone))
        : Plan.NOTHING;
  }

  private Plan decideEndpoints(ObjectKey key) {
    Optional<Service> service = services.get(key);
    Optional<Endpoints> present = endpoints.get(key);
    if (service.isPresent()) {
      return isKept(service.get())
          ? Plan.of(EndpointsPlan.decide(service.get(), pods.list(key.namespace()), present))
          : Plan.NOTHING;
    }
    return present
        .map(gone ->
            Plan.of(
                new Action.Delete(
                    Endpoints.KIND,
                    key.namespace(),
                    key.name(),
                    DeleteOptions.ofUid(gone.metadata().uid()))))
        .orElse(Plan.NOTHING);
  }

  @Override
  public void start() {
    sliceLoop.start();
    endpointsLoop.start();
  }

  @Override
  public void close() {
    sliceLoop.close();
    endpointsLoop.close();
  }
}
