package dev.wherry.controllers.endpoints;

import dev.wherry.controllers.endpoints.ServicePods.Backend;
import dev.wherry.controllers.endpoints.ServicePods.Port;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.Endpoint;
import dev.wherry.model.discovery.v1.EndpointConditions;
import dev.wherry.model.discovery.v1.EndpointHints;
import dev.wherry.model.discovery.v1.EndpointPort;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.discovery.v1.ForNode;
import dev.wherry.model.discovery.v1.ForZone;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Decides the EndpointSlices of a service (KEP-0752). Pure. */
final class SlicePlan {
  static final int SLICE_ENDPOINTS_MAX = 100;
  static final String SERVICE_LABEL = "kubernetes.io/service-name";
  static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
  static final String CONTROLLER = "endpointslice-controller.k8s.io";
  static final String HEADLESS = "service.kubernetes.io/headless";

  /** 36 to the 5: suffixes have five letters or digits, as upstream's. */
  private static final long SUFFIXES = 60_466_176;

  /** Values of a service's trafficDistribution; PreferClose is the older name. */
  private static final Set<String> ZONAL = Set.of("PreferClose", "PreferSameZone");

  private static final String SAME_NODE = "PreferSameNode";

  private SlicePlan() {}

  /** A slice's content. */
  private record Content(List<Port> ports, List<Backend> backends) {}

  /**
   * @param present this controller's slices of the service
   * @param zones the zone of a node by its name; "" where it has none
   */
  static List<Action> decide(
      Service service, List<Pod> pods, List<EndpointSlice> present, UnaryOperator<String> zones) {
    List<Action> actions = new ArrayList<>();
    List<String> types = addressTypes(service);
    Set<String> names = new HashSet<>();
    present.forEach(slice -> names.add(slice.metadata().name()));
    for (String type : types) {
      Deque<EndpointSlice> old = new ArrayDeque<>();
      present.stream().filter(s -> s.addressType().equals(type)).forEach(old::add);
      for (Content content : contents(service, pods, type.equals("IPv6"))) {
        EndpointSlice before = old.pollFirst();
        ObjectMeta.Builder meta =
            before == null
                ? ObjectMeta.builder()
                    .namespace(service.metadata().namespace())
                    .name(freeName(service, names))
                : before.metadata().toBuilder();
        EndpointSlice wanted = slice(service, type, content, meta, zones);
        if (before == null) {
          actions.add(new Action.Create<>(EndpointSlice.KIND, wanted));
        } else if (!wanted.equals(before)) {
          actions.add(new Action.Update<>(EndpointSlice.KIND, wanted));
        }
      }
      old.forEach(slice -> actions.add(delete(slice)));
    }
    present.stream()
        .filter(slice -> !types.contains(slice.addressType()))
        .forEach(slice -> actions.add(delete(slice)));
    return actions;
  }

  static Action delete(EndpointSlice slice) {
    ObjectMeta meta = slice.metadata();
    return new Action.Delete(
        EndpointSlice.KIND, meta.namespace(), meta.name(), DeleteOptions.ofUid(meta.uid()));
  }

  /**
   * Upstream's names end at random. Ours follow from the service, so that a slice made but not seen
   * yet is not made twice.
   */
  private static String freeName(Service service, Set<String> taken) {
    for (int i = 0; ; i++) {
      long hash = (service.metadata().uid() + "/" + i).hashCode() & 0xffff_ffffL;
      String suffix = Long.toString(hash % SUFFIXES + SUFFIXES, 36).substring(1);
      String name = service.metadata().name() + "-" + suffix;
      if (taken.add(name)) {
        return name;
      }
    }
  }

  private static List<String> addressTypes(Service service) {
    List<String> families = service.spec().ipFamilies();
    return families.isEmpty() ? List.of("IPv4") : families;
  }

  /** At least one slice, empty if need be: it says that there is nothing. */
  private static List<Content> contents(Service service, List<Pod> pods, boolean ipv6) {
    List<Content> all = new ArrayList<>();
    ServicePods.groups(service, pods, ipv6)
        .forEach((ports, backends) -> {
          for (int i = 0; i < backends.size(); i += SLICE_ENDPOINTS_MAX) {
            int end = Math.min(backends.size(), i + SLICE_ENDPOINTS_MAX);
            all.add(new Content(ports, backends.subList(i, end)));
          }
        });
    return all.isEmpty() ? List.of(new Content(List.of(), List.of())) : all;
  }

  private static EndpointSlice slice(
      Service service,
      String type,
      Content content,
      ObjectMeta.Builder meta,
      UnaryOperator<String> zones) {
    String distribution = service.spec().trafficDistribution();
    return EndpointSlice.builder()
        .metadata(meta.labels(labels(service)).ownerReferences(List.of(owner(service))).build())
        .addressType(type)
        .ports(content.ports().stream().map(SlicePlan::port).toList())
        .endpoints(
            content.backends().stream()
                .map(backend -> endpoint(backend, distribution, zones))
                .toList())
        .build();
  }

  private static Map<String, String> labels(Service service) {
    Map<String, String> labels = new TreeMap<>(service.metadata().labels());
    labels.remove(HEADLESS);
    labels.put(SERVICE_LABEL, service.metadata().name());
    labels.put(MANAGED_BY, CONTROLLER);
    if (service.spec().clusterIP().equals("None")) {
      labels.put(HEADLESS, "");
    }
    return labels;
  }

  private static OwnerReference owner(Service service) {
    return OwnerReference.builder()
        .apiVersion("v1")
        .kind("Service")
        .name(service.metadata().name())
        .uid(service.metadata().uid())
        .controller(true)
        .blockOwnerDeletion(true)
        .build();
  }

  private static EndpointPort port(Port port) {
    return EndpointPort.builder()
        .name(port.name())
        .port(port.port())
        .protocol(port.protocol())
        .appProtocol(port.appProtocol())
        .build();
  }

  private static Endpoint endpoint(
      Backend backend, String distribution, UnaryOperator<String> zones) {
    String node = backend.pod().spec().nodeName();
    String zone = node.isEmpty() ? "" : zones.apply(node);
    return Endpoint.builder()
        .addresses(List.of(backend.ip()))
        .conditions(
            EndpointConditions.builder()
                .ready(backend.ready())
                .serving(backend.serving())
                .terminating(backend.terminating())
                .build())
        .hostname(backend.hostname())
        .nodeName(node)
        .zone(zone)
        .hints(backend.ready() ? hints(distribution, node, zone) : null)
        .targetRef(ServicePods.reference(backend.pod()))
        .build();
  }

  /** Whose clients should prefer an endpoint (KEP-4444, KEP-3015). */
  private static @Nullable EndpointHints hints(String distribution, String node, String zone) {
    boolean byNode = distribution.equals(SAME_NODE) && !node.isEmpty();
    boolean byZone = (ZONAL.contains(distribution) || byNode) && !zone.isEmpty();
    if (!byNode && !byZone) {
      return null;
    }
    return EndpointHints.builder()
        .forNodes(byNode ? List.of(ForNode.builder().name(node).build()) : List.of())
        .forZones(byZone ? List.of(ForZone.builder().name(zone).build()) : List.of())
        .build();
  }
}
