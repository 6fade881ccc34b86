package dev.wherry.controllers.mirroring;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Endpoints;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import java.util.List;

/**
 * Mirrors the Endpoints of services without a selector (kube-controller-manager
 * endpointslicemirroring).
 */
public final class SliceMirroring implements KeyDriven {
  private static final String BY_ENDPOINTS = "mirrored";
  private static final int WORKERS = 2;

  private final Informer<Endpoints> endpoints;
  private final Informer<Service> services;
  private final Informer<EndpointSlice> slices;
  private final PlanController<ObjectKey> loop;

  public SliceMirroring(Parts parts) {
    endpoints = parts.informers().of(Endpoints.KIND);
    services = parts.informers().of(Service.KIND);
    slices = parts.informers().of(EndpointSlice.KIND).index(BY_ENDPOINTS, SliceMirroring::source);
    loop =
        new PlanController<>(
            "endpointslice-mirroring",
            WORKERS,
            parts,
            (key, _) ->
                MirrorPlan.decide(
                    endpoints.get(key),
                    services.get(key),
                    slices.byIndex(BY_ENDPOINTS, key.namespace() + "/" + key.name())));
    endpoints.onChange(change -> loop.add(ObjectKey.of(change.latest())));
    services.onChange(change -> serviceSeen(ObjectKey.of(change.latest())));
    slices.onChange(change -> sliceSeen(change.latest()));
  }

  /** A service matters to Endpoints of its name, and to slices that were made of them. */
  private void serviceSeen(ObjectKey key) {
    if (endpoints.get(key).isPresent()
        || !slices.byIndex(BY_ENDPOINTS, key.namespace() + "/" + key.name()).isEmpty()) {
      loop.add(key);
    }
  }

  private void sliceSeen(EndpointSlice slice) {
    if (!source(slice).isEmpty()) {
      String service = slice.metadata().labels().getOrDefault(MirrorPlan.SERVICE_LABEL, "");
      loop.add(new ObjectKey(slice.metadata().namespace(), service));
    }
  }

  private static List<String> source(EndpointSlice slice) {
    String service = slice.metadata().labels().getOrDefault(MirrorPlan.SERVICE_LABEL, "");
    String by = slice.metadata().labels().getOrDefault(MirrorPlan.MANAGED_BY, "");
    return service.isEmpty() || !by.equals(MirrorPlan.CONTROLLER)
        ? List.of()
        : List.of(slice.metadata().namespace() + "/" + service);
  }

  @Override
  public KeyedController<?> keys() {
    return loop.keys();
  }
}
