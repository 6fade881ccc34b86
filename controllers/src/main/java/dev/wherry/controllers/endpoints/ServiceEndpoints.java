package dev.wherry.controllers.endpoints;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Endpoints;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.selector.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps EndpointSlices and Endpoints of every service with a selector (kube-controller-manager
 * endpointslice and endpoint).
 */
public final class ServiceEndpoints implements Controller {
  private static final String BY_SERVICE = "service";
  private static final int WORKERS = 4;

  private final Informer<Service> services;
  private final Informer<Pod> pods;
  private final Informer<EndpointSlice> slices;
  private final Informer<Endpoints> endpoints;
  private final PlanController<ObjectKey> loop;

  public ServiceEndpoints(Parts parts) {
    services = parts.informers().of(Service.KIND);
    pods = parts.informers().of(Pod.KIND);
    slices = parts.informers().of(EndpointSlice.KIND).index(BY_SERVICE, ServiceEndpoints::owner);
    endpoints = parts.informers().of(Endpoints.KIND);
    loop = new PlanController<>("service-endpoints", WORKERS, parts, (key, _) -> decide(key));
    services.onChange(change -> loop.add(ObjectKey.of(change.latest())));
    pods.onChange(this::podSeen);
    slices.onChange(change -> sliceSeen(change.latest()));
    endpoints.onChange(change -> {
      if (services.get(ObjectKey.of(change.latest())).isPresent()) {
        loop.add(ObjectKey.of(change.latest()));
      }
    });
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
      loop.add(new ObjectKey(slice.metadata().namespace(), service));
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
          loop.add(ObjectKey.of(service));
        }
      }
    }
  }

  private static boolean isSame(Pod before, Pod now) {
    return before.metadata().labels().equals(now.metadata().labels());
  }

  private Plan decide(ObjectKey key) {
    Optional<Service> service = services.get(key);
    Optional<Endpoints> present = endpoints.get(key);
    List<EndpointSlice> own = slices.byIndex(BY_SERVICE, key.namespace() + "/" + key.name());
    if (service.isEmpty()) {
      return gone(key, present, own);
    }
    if (!ServicePods.isSelecting(service.get())
        || service.get().metadata().deletionTimestamp() != null) {
      return Plan.NOTHING;
    }
    List<Pod> all = pods.list(key.namespace());
    List<Action> actions = new ArrayList<>(SlicePlan.decide(service.get(), all, own));
    actions.addAll(EndpointsPlan.decide(service.get(), all, present));
    return Plan.of(actions);
  }

  private static Plan gone(ObjectKey key, Optional<Endpoints> present, List<EndpointSlice> own) {
    List<Action> actions = new ArrayList<>();
    own.forEach(slice -> actions.add(SlicePlan.delete(slice)));
    present.ifPresent(e ->
        actions.add(
            new Action.Delete(
                Endpoints.KIND,
                key.namespace(),
                key.name(),
                DeleteOptions.ofUid(e.metadata().uid()))));
    return Plan.of(actions);
  }

  @Override
  public void start() {
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
  }
}
