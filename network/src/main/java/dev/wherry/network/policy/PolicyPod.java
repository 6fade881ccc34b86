package dev.wherry.network.policy;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ContainerPort;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodIP;
import dev.wherry.model.pod.PodPhases;
import dev.wherry.network.rules.AddressFamily;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A pod with addresses of its own.
 *
 * @param node where it runs
 * @param ports its named ones
 */
record PolicyPod(
    ObjectKey key,
    Map<String, String> labels,
    String node,
    List<Bytes> addresses,
    List<NamedPort> ports) {
  PolicyPod {
    labels = Map.copyOf(labels);
    addresses = List.copyOf(addresses);
    ports = List.copyOf(ports);
  }

  /**
   * A container port with a name.
   *
   * @param protocol its IP number
   */
  record NamedPort(String name, int protocol, int port) {}

  /**
   * Empty for pods of the host's network, without address yet, and finished ones, whose addresses
   * may be another's by now.
   */
  static Optional<PolicyPod> of(Pod pod) {
    Set<Bytes> addresses = new LinkedHashSet<>();
    for (PodIP each : pod.status().podIPs()) {
      addresses.add(Bytes.copyOf(InetAddress.ofLiteral(each.ip()).getAddress()));
    }
    if (addresses.isEmpty() && !pod.status().podIP().isEmpty()) {
      addresses.add(Bytes.copyOf(InetAddress.ofLiteral(pod.status().podIP()).getAddress()));
    }
    if (addresses.isEmpty()
        || Boolean.TRUE.equals(pod.spec().hostNetwork())
        || PodPhases.isFinished(pod.status().phase())) {
      return Optional.empty();
    }
    return Optional.of(
        new PolicyPod(
            ObjectKey.of(pod),
            pod.metadata().labels(),
            pod.spec().nodeName(),
            List.copyOf(addresses),
            ports(pod)));
  }

  private static List<NamedPort> ports(Pod pod) {
    List<Container> containers = new ArrayList<>(pod.spec().containers());
    // Sidecars serve as well.
    containers.addAll(pod.spec().initContainers());
    List<NamedPort> ports = new ArrayList<>();
    for (Container container : containers) {
      for (ContainerPort port : container.ports()) {
        Integer number = port.containerPort();
        Optional<Integer> protocol = Protocols.number(port.protocol());
        if (!port.name().isEmpty() && number != null && protocol.isPresent()) {
          ports.add(new NamedPort(port.name(), protocol.get(), number));
        }
      }
    }
    return ports;
  }

  List<Bytes> addresses(AddressFamily family) {
    return family.of(addresses);
  }
}
