package dev.wherry.controllers.mirroring;

import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.EndpointAddress;
import dev.wherry.model.core.v1.EndpointSubset;
import dev.wherry.model.core.v1.Endpoints;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.Endpoint;
import dev.wherry.model.discovery.v1.EndpointConditions;
import dev.wherry.model.discovery.v1.EndpointPort;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Decides the slices that mirror an Endpoints object (KEP-0752, endpointslicemirroring). Pure. */
final class MirrorPlan {
  /** Addresses of one subset; those behind are left out. */
  static final int SUBSET_ENDPOINTS_MAX = 1_000;

  static final String SERVICE_LABEL = "kubernetes.io/service-name";
  static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
  static final String CONTROLLER = "endpointslicemirroring-controller.k8s.io";
  static final String SKIP = "endpointslice.kubernetes.io/skip-mirror";

  /** Endpoints that once served leader elections. */
  private static final String LEADER = "control-plane.alpha.kubernetes.io/leader";

  private static final Set<String> OWN_ANNOTATIONS =
      Set.of(
          "endpoints.kubernetes.io/last-change-trigger-time",
          "kubectl.kubernetes.io/last-applied-configuration");
  private static final List<String> TYPES = List.of("IPv4", "IPv6");

  /** 36 to the 5: suffixes have five letters or digits, as upstream's. */
  private static final long SUFFIXES = 60_466_176;

  private MirrorPlan() {}

  /** What a slice holds. */
  private record Content(String type, List<EndpointPort> ports, List<Endpoint> endpoints) {}

  /**
   * @param present this controller's slices of the Endpoints' name
   */
  static Plan decide(
      Optional<Endpoints> endpoints, Optional<Service> service, List<EndpointSlice> present) {
    if (endpoints.isEmpty() || service.isEmpty() || !isMirrored(endpoints.get(), service.get())) {
      return Plan.of(present.stream().map(MirrorPlan::delete).toList());
    }
    return Plan.of(decide(endpoints.get(), present));
  }

  private static boolean isMirrored(Endpoints endpoints, Service service) {
    return endpoints.metadata().deletionTimestamp() == null
        && !endpoints.metadata().labels().getOrDefault(SKIP, "").equals("true")
        && !endpoints.metadata().annotations().containsKey(LEADER)
        && service.spec().selector().isEmpty();
  }

  private static List<Action> decide(Endpoints endpoints, List<EndpointSlice> present) {
    List<Action> actions = new ArrayList<>();
    Deque<EndpointSlice> free = new ArrayDeque<>(present);
    Set<String> names = new HashSet<>();
    present.forEach(slice -> names.add(slice.metadata().name()));
    for (Content content : contents(endpoints)) {
      Optional<EndpointSlice> before =
          free.stream().filter(slice -> slice.addressType().equals(content.type())).findFirst();
      before.ifPresent(free::remove);
      ObjectMeta.Builder meta =
          before
              .map(slice -> slice.metadata().toBuilder())
              .orElseGet(() ->
                  ObjectMeta.builder()
                      .namespace(endpoints.metadata().namespace())
                      .name(freeName(endpoints, names)));
      EndpointSlice wanted = slice(endpoints, content, meta);
      if (before.isEmpty()) {
        actions.add(new Action.Create<>(EndpointSlice.KIND, wanted));
      } else if (!wanted.equals(before.get())) {
        actions.add(new Action.Update<>(EndpointSlice.KIND, wanted));
      }
    }
    free.forEach(slice -> actions.add(delete(slice)));
    int skipped =
        byPorts(endpoints).values().stream()
            .mapToInt(all -> Math.max(0, all.size() - SUBSET_ENDPOINTS_MAX))
            .sum();
    if (skipped > 0) {
      String told =
          "A max of %d addresses can be mirrored to EndpointSlices per Endpoints subset. %d"
              + " addresses were skipped";
      actions.add(
          new Action.Report(
              References.to(endpoints),
              EventType.WARNING,
              "TooManyAddressesToMirror",
              told.formatted(SUBSET_ENDPOINTS_MAX, skipped)));
    }
    return actions;
  }

  private static Action delete(EndpointSlice slice) {
    ObjectMeta meta = slice.metadata();
    return new Action.Delete(
        EndpointSlice.KIND, meta.namespace(), meta.name(), DeleteOptions.ofUid(meta.uid()));
  }

  /** Names follow from the Endpoints, as those of other slices do (decision 0062). */
  private static String freeName(Endpoints endpoints, Set<String> taken) {
    for (int i = 0; ; i++) {
      long hash = (endpoints.metadata().uid() + "/" + i).hashCode() & 0xffff_ffffL;
      String suffix = Long.toString(hash % SUFFIXES + SUFFIXES, 36).substring(1);
      String name = endpoints.metadata().name() + "-" + suffix;
      if (taken.add(name)) {
        return name;
      }
    }
  }

  /** Subsets with the same ports count as one. */
  private static Map<List<EndpointPort>, List<Endpoint>> byPorts(Endpoints endpoints) {
    Map<List<EndpointPort>, List<Endpoint>> byPorts = new LinkedHashMap<>();
    for (EndpointSubset subset : endpoints.subsets()) {
      List<Endpoint> all = byPorts.computeIfAbsent(ports(subset), _ -> new ArrayList<>());
      subset.addresses().forEach(address -> all.add(endpoint(address, true)));
      subset.notReadyAddresses().forEach(address -> all.add(endpoint(address, false)));
    }
    return byPorts;
  }

  /** At least one slice, empty if need be. */
  private static List<Content> contents(Endpoints endpoints) {
    List<Content> contents = new ArrayList<>();
    byPorts(endpoints)
        .forEach((ports, all) -> {
          List<Endpoint> kept = all.stream().limit(SUBSET_ENDPOINTS_MAX).toList();
          for (String type : TYPES) {
            List<Endpoint> ofType =
                kept.stream()
                    .filter(one -> one.addresses().getFirst().contains(":") == type.equals("IPv6"))
                    .toList();
            if (!ofType.isEmpty()) {
              contents.add(new Content(type, ports, ofType));
            }
          }
        });
    return contents.isEmpty()
        ? List.of(new Content(TYPES.getFirst(), List.of(), List.of()))
        : contents;
  }

  private static List<EndpointPort> ports(EndpointSubset subset) {
    return subset.ports().stream()
        .map(port ->
            EndpointPort.builder()
                .name(port.name())
                .port(port.port())
                .protocol(port.protocol().isEmpty() ? "TCP" : port.protocol())
                .appProtocol(port.appProtocol())
                .build())
        .sorted(Comparator.comparing(EndpointPort::name))
        .toList();
  }

  private static Endpoint endpoint(EndpointAddress address, boolean ready) {
    return Endpoint.builder()
        .addresses(List.of(address.ip()))
        .conditions(EndpointConditions.builder().ready(ready).build())
        .hostname(address.hostname())
        .nodeName(address.nodeName())
        .targetRef(address.targetRef())
        .build();
  }

  private static EndpointSlice slice(
      Endpoints endpoints, Content content, ObjectMeta.Builder meta) {
    Map<String, String> labels = new TreeMap<>(endpoints.metadata().labels());
    labels.put(SERVICE_LABEL, endpoints.metadata().name());
    labels.put(MANAGED_BY, CONTROLLER);
    Map<String, String> annotations = new TreeMap<>(endpoints.metadata().annotations());
    annotations.keySet().removeAll(OWN_ANNOTATIONS);
    OwnerReference owner =
        OwnerReference.builder()
            .apiVersion("v1")
            .kind("Endpoints")
            .name(endpoints.metadata().name())
            .uid(endpoints.metadata().uid())
            .controller(true)
            .blockOwnerDeletion(true)
            .build();
    return EndpointSlice.builder()
        .metadata(
            meta.labels(labels).annotations(annotations).ownerReferences(List.of(owner)).build())
        .addressType(content.type())
        .ports(content.ports())
        .endpoints(content.endpoints())
        .build();
  }
}
