package dev.wherry.network.ingress.route;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** All rules, by the port and, where somebody has one of his own, the address that clients use. */
public final class RouteTable {
  public static final RouteTable EMPTY = new RouteTable(Map.of(), Map.of());

  private final Map<Integer, PortRoutes> shared;
  private final Map<String, Map<Integer, PortRoutes>> own;

  private RouteTable(Map<Integer, PortRoutes> shared, Map<String, Map<Integer, PortRoutes>> own) {
    this.shared = Collections.unmodifiableMap(new TreeMap<>(shared));
    this.own = Collections.unmodifiableMap(new TreeMap<>(own));
  }

  /** All ports that anybody listens on, in order. */
  public Set<Integer> ports() {
    Set<Integer> all = new TreeSet<>(shared.keySet());
    own.values().forEach(ports -> all.addAll(ports.keySet()));
    return all;
  }

  /** The rules of a port at all addresses. */
  public PortTable at(int number) {
    Map<String, PortRoutes> byAddress = new LinkedHashMap<>();
    own.forEach(
        (address, ports) -> byAddress.put(address, ports.getOrDefault(number, PortRoutes.NONE)));
    return new PortTable(shared.getOrDefault(number, PortRoutes.NONE), byAddress);
  }

  /** The rules of a port at addresses that are nobody's own. */
  public Optional<PortRoutes> port(int number) {
    return Optional.ofNullable(shared.get(number));
  }

  private Stream<PortRoutes> all() {
    return Stream.concat(
        shared.values().stream(), own.values().stream().flatMap(each -> each.values().stream()));
  }

  /** All ports of Services that requests may go to. */
  public Set<BackendKey> backends() {
    Set<BackendKey> keys = new LinkedHashSet<>();
    all()
        .forEach(port -> {
          for (Route route : port.routes()) {
            route.filters().mirrors().forEach(mirror -> keys.add(mirror.target()));
            addTargets(route.action(), keys);
          }
          port.streams().forEach(stream -> addTargets(stream.action(), keys));
        });
    return keys;
  }

  private static void addTargets(Action action, Set<BackendKey> keys) {
    if (action instanceof Action.Forward forward) {
      for (Action.Share share : forward.shares()) {
        if (share.target() instanceof Target.Backend(BackendKey key)) {
          keys.add(key);
        }
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RouteTable o && shared.equals(o.shared) && own.equals(o.own);
  }

  @Override
  public int hashCode() {
    return shared.hashCode();
  }

  /** Gathers rules of many objects; one thread. */
  public static final class Builder {
    private final Map<Integer, Map<HostPattern, Open>> listeners = new TreeMap<>();
    private final Map<Integer, Map<HostPattern, String>> certificates = new TreeMap<>();
    private final Map<Integer, Speech> speeches = new TreeMap<>();
    private final Map<Set<String>, Builder> own = new LinkedHashMap<>();

    /** A listener in the making. */
    private static final class Open {
      private final List<Route> routes = new ArrayList<>();
      private final List<StreamRoute> streams = new ArrayList<>();
      private boolean http;
      private boolean passes;
    }

    /** Where rules for these addresses alone are gathered. */
    public Builder at(Set<String> addresses) {
      return own.computeIfAbsent(Set.copyOf(addresses), _ -> new Builder());
    }

    /** Opens a port, and on it a listener for HTTP of some hosts; again does nothing. */
    public Builder listen(int port, boolean withTls, HostPattern host) {
      open(port, withTls ? Speech.TLS : Speech.HTTP, host).http = true;
      return this;
    }

    /** Opens a port, and on it a listener for TLS connections that are passed on. */
    public Builder listenStreams(int port, HostPattern host) {
      open(port, Speech.TLS, host).passes = true;
      return this;
    }

    /** Opens a port whose connections are passed on as they come. */
    public Builder listenConnections(int port) {
      open(port, Speech.CONNECTIONS, HostPattern.ANY).passes = true;
      return this;
    }

    private Open open(int port, Speech speech, HostPattern host) {
      speeches.putIfAbsent(port, speech);
      return listeners
          .computeIfAbsent(port, _ -> new LinkedHashMap<>())
          .computeIfAbsent(host, _ -> new Open());
    }

    /** Adds a rule to a listener that is open. */
    public Builder add(int port, HostPattern listener, Route route) {
      at(port, listener).routes.add(route);
      return this;
    }

    /** The same for connections. */
    public Builder add(int port, HostPattern listener, StreamRoute route) {
      at(port, listener).streams.add(route);
      return this;
    }

    private Open at(int port, HostPattern listener) {
      Open open = listeners.getOrDefault(port, Map.of()).get(listener);
      if (open == null) {
        throw new IllegalArgumentException("nobody listens for " + listener + " at " + port);
      }
      return open;
    }

    /** The first certificate named for a host stays. */
    public Builder certificate(int port, HostPattern host, String name) {
      certificates.computeIfAbsent(port, _ -> new LinkedHashMap<>()).putIfAbsent(host, name);
      return this;
    }

    /** What is spoken at a port; empty while it is closed. */
    public Optional<Speech> speech(int port) {
      return Optional.ofNullable(speeches.get(port));
    }

    public RouteTable build() {
      Map<String, Map<Integer, PortRoutes>> byAddress = new TreeMap<>();
      own.forEach((addresses, builder) -> {
        Map<Integer, PortRoutes> ports = builder.built();
        addresses.forEach(address -> byAddress.putIfAbsent(address, ports));
      });
      return new RouteTable(built(), byAddress);
    }

    private Map<Integer, PortRoutes> built() {
      Map<Integer, PortRoutes> ports = new TreeMap<>();
      listeners.forEach((port, hosts) -> {
        List<PortRoutes.Listener> all = new ArrayList<>();
        hosts.forEach((host, open) ->
            all.add(
                new PortRoutes.Listener(host, open.http, open.passes, open.routes, open.streams)));
        ports.put(
            port,
            new PortRoutes(
                speeches.getOrDefault(port, Speech.HTTP),
                all,
                certificates.getOrDefault(port, Map.of())));
      });
      return ports;
    }
  }
}
