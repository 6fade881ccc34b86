package dev.wherry.network.dns.zone;

import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.core.v1.ServiceSpec;
import dev.wherry.model.discovery.v1.Endpoint;
import dev.wherry.model.discovery.v1.EndpointConditions;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.dns.message.DomainName;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What one Service has in DNS, without the names that follow from its own. */
sealed interface ServiceRecords {
  /**
   * A Service with addresses of its own.
   *
   * @param ports the named ones
   * @param hosts ready endpoints that were given a host name, with their addresses
   */
  record Addressed(List<Bytes> addresses, List<Port> ports, Map<String, List<Bytes>> hosts)
      implements ServiceRecords {
    public Addressed {
      addresses = List.copyOf(addresses);
      ports = List.copyOf(ports);
      hosts = frozen(hosts);
    }
  }

  /**
   * A Service whose name stands for its endpoints.
   *
   * @param hosts each ready endpoint's host name, given or made from its address, and its addresses
   * @param offers by port, which hosts have it
   */
  record Headless(Map<String, List<Bytes>> hosts, List<Offer> offers) implements ServiceRecords {
    public Headless {
      hosts = frozen(hosts);
      offers = List.copyOf(offers);
    }
  }

  /** Another name for something elsewhere. */
  record External(DomainName target) implements ServiceRecords {}

  /**
   * A named port.
   *
   * @param name in small letters, as is the protocol
   */
  record Port(String name, String protocol, int number) {}

  /** Endpoints of one slice have their ports in common. */
  record Offer(Port port, List<String> hosts) {
    public Offer {
      hosts = List.copyOf(hosts);
    }
  }

  private static Map<String, List<Bytes>> frozen(Map<String, List<Bytes>> hosts) {
    return hosts.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
  }

  /** Empty for a Service that has no address yet, or an external name that is none. */
  static Optional<ServiceRecords> of(Service service, List<EndpointSlice> slices) {
    ServiceSpec spec = service.spec();
    if (spec.type().equals("ExternalName")) {
      return external(spec.externalName());
    }
    boolean always = Boolean.TRUE.equals(spec.publishNotReadyAddresses());
    if (spec.clusterIP().equals("None")) {
      return Optional.of(headless(slices, always));
    }
    List<Bytes> addresses =
        (spec.clusterIPs().isEmpty() ? List.of(spec.clusterIP()) : spec.clusterIPs())
            .stream().flatMap(text -> address(text).stream()).toList();
    if (addresses.isEmpty()) {
      return Optional.empty();
    }
    Map<String, List<Bytes>> hosts = new LinkedHashMap<>();
    for (EndpointSlice slice : slices) {
      hosts(slice, always, Endpoint::hostname, hosts);
    }
    return Optional.of(new Addressed(addresses, ports(spec.ports()), hosts));
  }

  private static Optional<ServiceRecords> external(String name) {
    try {
      return Optional.of(new External(DomainName.of(name)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static List<Port> ports(List<ServicePort> ports) {
    List<Port> named = new ArrayList<>();
    for (ServicePort port : ports) {
      Integer number = port.port();
      if (number != null && !port.name().isEmpty()) {
        named.add(new Port(port.name(), protocol(port.protocol()), number));
      }
    }
    return named;
  }

  private static String protocol(String name) {
    return name.isEmpty() ? "tcp" : name.toLowerCase(Locale.ROOT);
  }

  private static Headless headless(List<EndpointSlice> slices, boolean always) {
    Map<String, List<Bytes>> hosts = new LinkedHashMap<>();
    List<Offer> offers = new ArrayList<>();
    for (EndpointSlice slice : slices) {
      List<String> present = hosts(slice, always, ServiceRecords::hostname, hosts);
      if (!present.isEmpty()) {
        ports(slice).forEach(port -> offers.add(new Offer(port, present)));
      }
    }
    return new Headless(hosts, offers);
  }

  private static List<Port> ports(EndpointSlice slice) {
    List<Port> named = new ArrayList<>();
    for (var port : slice.ports()) {
      Integer number = port.port();
      if (number != null && !port.name().isEmpty()) {
        named.add(new Port(port.name(), protocol(port.protocol()), number));
      }
    }
    return named;
  }

  /** Collects a slice's ready endpoints, and returns the hosts that were met, in order. */
  private static List<String> hosts(
      EndpointSlice slice,
      boolean always,
      Function<Endpoint, String> naming,
      Map<String, List<Bytes>> hosts) {
    Set<String> met = new LinkedHashSet<>();
    if (slice.addressType().equals("FQDN")) {
      return List.of();
    }
    for (Endpoint endpoint : slice.endpoints()) {
      String host = naming.apply(endpoint).toLowerCase(Locale.ROOT);
      if (!host.isEmpty() && (always || ready(endpoint))) {
        // The addresses of one endpoint are the same place: the first stands for all (the field's
        // description in discovery/v1).
        address(endpoint.addresses().isEmpty() ? "" : endpoint.addresses().getFirst())
            .ifPresent(address -> {
              met.add(host);
              add(hosts, host, address);
            });
      }
    }
    return List.copyOf(met);
  }

  private static void add(Map<String, List<Bytes>> hosts, String host, Bytes address) {
    List<Bytes> known = hosts.getOrDefault(host, List.of());
    if (!known.contains(address)) {
      List<Bytes> more = new ArrayList<>(known);
      more.add(address);
      hosts.put(host, List.copyOf(more));
    }
  }

  private static boolean ready(Endpoint endpoint) {
    EndpointConditions conditions = endpoint.conditions();
    return conditions == null || !Boolean.FALSE.equals(conditions.ready());
  }

  /** The given host name, or one made from the address as CoreDNS makes it. */
  private static String hostname(Endpoint endpoint) {
    if (!endpoint.hostname().isEmpty()) {
      return endpoint.hostname();
    }
    return endpoint.addresses().isEmpty()
        ? ""
        : endpoint.addresses().getFirst().replace('.', '-').replace(':', '-');
  }

  private static Optional<Bytes> address(String text) {
    try {
      return text.isEmpty()
          ? Optional.empty()
          : Optional.of(Bytes.copyOf(InetAddress.ofLiteral(text).getAddress()));
    } catch (IllegalArgumentException e) {
      // The server should not have let it in; one address, not all of them.
      return Optional.empty();
    }
  }
}
