package dev.wherry.controllers.endpoints;

import dev.wherry.controllers.PodConditions;
import dev.wherry.model.IntOrString;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ContainerPort;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodIP;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.pod.PodPhases;
import dev.wherry.model.selector.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which pods stand behind a service, under which ports (endpointslice/util). */
final class ServicePods {
  /** One port as it is on the pods of a group. */
  record Port(String name, int port, String protocol, String appProtocol) {}

  /** One pod behind the service. */
  record Backend(
      Pod pod, String ip, String hostname, boolean ready, boolean serving, boolean terminating) {}

  private ServicePods() {}

  /** Whether the controller is in charge: services without a selector are somebody else's. */
  static boolean isSelecting(Service service) {
    return !service.spec().selector().isEmpty() && !service.spec().type().equals("ExternalName");
  }

  /**
   * The pods by the ports they offer; pods whose named ports differ stand in groups of their own.
   *
   * @param ipv6 which family of addresses is wanted
   */
  static Map<List<Port>, List<Backend>> groups(Service service, List<Pod> pods, boolean ipv6) {
    Labels selector = Labels.ofMap(service.spec().selector());
    Map<List<Port>, List<Backend>> groups = new LinkedHashMap<>();
    pods.stream()
        .filter(pod -> selector.matches(pod.metadata().labels()))
        .sorted(Comparator.comparing(pod -> pod.metadata().name()))
        .forEach(pod -> {
          Optional<Backend> backend = backend(service, pod, ipv6);
          List<Port> ports = ports(service, pod);
          boolean headless = service.spec().clusterIP().equals("None");
          boolean reachable = !ports.isEmpty() || headless || service.spec().ports().isEmpty();
          if (backend.isPresent() && reachable) {
            groups.computeIfAbsent(ports, p -> new ArrayList<>()).add(backend.get());
          }
        });
    return groups;
  }

  private static Optional<Backend> backend(Service service, Pod pod, boolean ipv6) {
    String phase = pod.status().phase();
    Optional<String> ip = address(pod, ipv6);
    if (ip.isEmpty() || PodPhases.isFinished(phase)) {
      return Optional.empty();
    }
    boolean terminating = pod.metadata().deletionTimestamp() != null;
    boolean serving = PodConditions.isTrue(pod, PodConditions.READY);
    boolean always = Boolean.TRUE.equals(service.spec().publishNotReadyAddresses());
    boolean named =
        !pod.spec().hostname().isEmpty()
            && pod.spec().subdomain().equals(service.metadata().name());
    String hostname = named ? pod.spec().hostname() : "";
    return Optional.of(
        new Backend(
            pod, ip.get(), hostname, always || serving && !terminating, serving, terminating));
  }

  private static Optional<String> address(Pod pod, boolean ipv6) {
    List<String> all = new ArrayList<>(pod.status().podIPs().stream().map(PodIP::ip).toList());
    if (all.isEmpty() && !pod.status().podIP().isEmpty()) {
      all.add(pod.status().podIP());
    }
    return all.stream().filter(ip -> ip.contains(":") == ipv6).findFirst();
  }

  private static List<Port> ports(Service service, Pod pod) {
    List<Port> ports = new ArrayList<>();
    for (ServicePort port : service.spec().ports()) {
      number(port, pod)
          .ifPresent(n ->
              ports.add(new Port(port.name(), n, protocol(port.protocol()), port.appProtocol())));
    }
    return ports;
  }

  private static Optional<Integer> number(ServicePort port, Pod pod) {
    IntOrString target = port.targetPort();
    if (target == null) {
      return Optional.ofNullable(port.port());
    }
    return switch (target) {
      case IntOrString.Int(int n) -> n == 0 ? Optional.ofNullable(port.port()) : Optional.of(n);
      case IntOrString.Text(String name) -> named(name, port, pod);
    };
  }

  private static Optional<Integer> named(String name, ServicePort port, Pod pod) {
    List<Container> containers = new ArrayList<>(pod.spec().containers());
    pod.spec().initContainers().stream()
        .filter(c -> c.restartPolicy().equals("Always"))
        .forEach(containers::add);
    for (Container container : containers) {
      for (ContainerPort one : container.ports()) {
        if (one.name().equals(name) && protocol(one.protocol()).equals(protocol(port.protocol()))) {
          return Optional.ofNullable(one.containerPort());
        }
      }
    }
    return Optional.empty();
  }

  private static String protocol(String given) {
    return given.isEmpty() ? "TCP" : given;
  }

  static ObjectReference reference(Pod pod) {
    return ObjectReference.builder()
        .kind("Pod")
        .namespace(pod.metadata().namespace())
        .name(pod.metadata().name())
        .uid(pod.metadata().uid())
        .build();
  }
}
