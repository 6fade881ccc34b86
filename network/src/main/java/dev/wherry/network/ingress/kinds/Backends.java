package dev.wherry.network.ingress.kinds;

import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.network.ingress.route.BackendKey;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Finds the ports of Services that routes name. */
final class Backends {
  /** What a port's {@code appProtocol} says where its endpoints speak HTTP/2 without TLS. */
  private static final Set<String> HTTP2 = Set.of("kubernetes.io/h2c", "h2c", "grpc");

  private Backends() {}

  static Optional<BackendKey> byNumber(Service service, int number, boolean http2) {
    return find(service, port -> Integer.valueOf(number).equals(port.port()), http2);
  }

  static Optional<BackendKey> byName(Service service, String name, boolean http2) {
    return find(service, port -> port.name().equals(name), http2);
  }

  private static Optional<BackendKey> find(
      Service service, Predicate<ServicePort> wanted, boolean http2) {
    return service.spec().ports().stream()
        .filter(wanted)
        .filter(port -> port.protocol().isEmpty() || port.protocol().equals("TCP"))
        .findFirst()
        .map(port ->
            new BackendKey(
                service.metadata().namespace(),
                service.metadata().name(),
                port.name(),
                http2 || HTTP2.contains(port.appProtocol())));
  }

  /** A Service that is only another name for a host elsewhere is not followed. */
  static boolean isElsewhere(Service service) {
    return service.spec().type().equals("ExternalName");
  }
}
