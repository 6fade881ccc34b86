package dev.wherry.controllers.endpoints;

import dev.wherry.controllers.endpoints.ServicePods.Backend;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.core.v1.EndpointAddress;
import dev.wherry.model.core.v1.EndpointPort;
import dev.wherry.model.core.v1.EndpointSubset;
import dev.wherry.model.core.v1.Endpoints;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Decides the older Endpoints object of a service (kube-controller-manager endpoint). Pure. */
final class EndpointsPlan {
  /** Addresses one object may hold; more are only in the slices. */
  static final int ADDRESSES_MAX = 1_000;

  static final String OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
  static final String MANAGED_BY = "endpoints.kubernetes.io/managed-by";

  private EndpointsPlan() {}

  static List<Action> decide(Service service, List<Pod> pods, Optional<Endpoints> present) {
    boolean ipv6 =
        !service.spec().ipFamilies().isEmpty()
            && service.spec().ipFamilies().getFirst().equals("IPv6");
    boolean unready = Boolean.TRUE.equals(service.spec().publishNotReadyAddresses());
    List<EndpointSubset> subsets = new ArrayList<>();
    int[] count = new int[1];
    ServicePods.groups(service, pods, ipv6)
        .forEach((ports, backends) -> {
          List<Backend> shown =
              backends.stream()
                  .filter(b -> unready || !b.terminating())
                  .limit(Math.max(0, ADDRESSES_MAX - count[0]))
                  .toList();
          count[0] += backends.size();
          if (!shown.isEmpty()) {
            subsets.add(subset(ports, shown));
          }
        });
    Endpoints wanted =
        Endpoints.builder()
            .metadata(meta(service, present, count[0] > ADDRESSES_MAX))
            .subsets(subsets)
            .build();
    if (present.isEmpty()) {
      return List.of(new Action.Create<>(Endpoints.KIND, wanted));
    }
    return present.get().equals(wanted)
        ? List.of()
        : List.of(new Action.Update<>(Endpoints.KIND, wanted));
  }

  private static ObjectMeta meta(Service service, Optional<Endpoints> present, boolean over) {
    ObjectMeta before = present.map(Endpoints::metadata).orElse(ObjectMeta.EMPTY);
    Map<String, String> labels = new TreeMap<>(service.metadata().labels());
    labels.put(MANAGED_BY, "endpoint-controller");
    if (service.spec().clusterIP().equals("None")) {
      labels.put(SlicePlan.HEADLESS, "");
    }
    Map<String, String> annotations = new TreeMap<>(before.annotations());
    annotations.remove(OVER_CAPACITY);
    if (over) {
      annotations.put(OVER_CAPACITY, "truncated");
    }
    return before.toBuilder()
        .namespace(service.metadata().namespace())
        .name(service.metadata().name())
        .labels(labels)
        .annotations(annotations)
        .build();
  }

  private static EndpointSubset subset(List<ServicePods.Port> ports, List<Backend> backends) {
    return EndpointSubset.builder()
        .addresses(addresses(backends.stream().filter(Backend::ready).toList()))
        .notReadyAddresses(addresses(backends.stream().filter(b -> !b.ready()).toList()))
        .ports(
            ports.stream()
                .map(p ->
                    EndpointPort.builder()
                        .name(p.name())
                        .port(p.port())
                        .protocol(p.protocol())
                        .appProtocol(p.appProtocol())
                        .build())
                .toList())
        .build();
  }

  private static List<EndpointAddress> addresses(List<Backend> backends) {
    return backends.stream()
        .map(b ->
            EndpointAddress.builder()
                .ip(b.ip())
                .hostname(b.hostname())
                .nodeName(b.pod().spec().nodeName())
                .targetRef(ServicePods.reference(b.pod()))
                .build())
        .toList();
  }
}
