package dev.wherry.network.ingress;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.network.ingress.kinds.GatewayService;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Makes the Services that ask for Gateways' addresses, and takes away those of former ones. */
final class GatewayServices {
  private final ApiClient api;

  GatewayServices(ApiClient api) {
    this.api = api;
  }

  /**
   * @param wanted all there are to be
   * @param present all Services
   * @param one finds one of them
   */
  void keep(
      List<GatewayService> wanted,
      Collection<Service> present,
      Function<ObjectKey, Optional<Service>> one) {
    Set<ObjectKey> kept = new HashSet<>();
    for (GatewayService each : wanted) {
      kept.add(each.key());
      Optional<Service> service = one.apply(each.key());
      if (service.isEmpty()) {
        create(each);
      } else if (isOurs(service.get()) && !each.isAskedBy(service.get())) {
        update(each, service.get());
      }
    }
    for (Service service : present) {
      if (isOurs(service) && !kept.contains(ObjectKey.of(service))) {
        delete(service);
      }
    }
  }

  private static boolean isOurs(Service service) {
    return service.metadata().labels().entrySet().containsAll(GatewayService.LABELS.entrySet());
  }

  private void create(GatewayService each) {
    try {
      api.create(Service.KIND, each.wanted());
    } catch (ApiException e) {
      if (e.reason() != Reason.ALREADY_EXISTS && e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  private void update(GatewayService each, Service present) {
    Service wanted = each.wanted();
    api.update(
        Service.KIND,
        present.toBuilder()
            .spec(
                present.spec().toBuilder()
                    .ports(wanted.spec().ports())
                    .loadBalancerIP(wanted.spec().loadBalancerIP())
                    .build())
            .build());
  }

  private void delete(Service service) {
    try {
      api.delete(
          Service.KIND,
          service.metadata().namespace(),
          service.metadata().name(),
          DeleteOptions.DEFAULT);
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }
}
