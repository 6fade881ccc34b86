package dev.wherry.network.ingress.route;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** All rules, by the port that clients connect to. Immutable. */
public final class RouteTable {
  public static final RouteTable EMPTY = new RouteTable(Map.of());

  private final Map<Integer, PortRoutes> ports;

  public RouteTable(Map<Integer, PortRoutes> ports) {
    this.ports = java.util.Collections.unmodifiableMap(new TreeMap<>(ports));
  }

  /** By port, in order. */
  public Map<Integer, PortRoutes> ports() {
    return ports;
  }

  public Optional<PortRoutes> port(int number) {
    return Optional.ofNullable(ports.get(number));
  }

  /** All ports of Services that requests may go to. */
  public Set<BackendKey> backends() {
    Set<BackendKey> keys = new LinkedHashSet<>();
    for (PortRoutes port : ports.values()) {
      for (Route route : port.routes()) {
        route.filters().mirrors().forEach(mirror -> keys.add(mirror.target()));
        if (route.action() instanceof Action.Forward forward) {
          for (Action.Share share : forward.shares()) {
            if (share.target() instanceof Target.Backend(BackendKey key)) {
              keys.add(key);
            }
          }
        }
      }
    }
    return keys;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RouteTable o && ports.equals(o.ports);
  }

  @Override
  public int hashCode() {
    return ports.hashCode();
  }

  /** Gathers rules of many objects; one thread. */
  public static final class Builder {
    private final Map<Integer, Map<HostPattern, List<Route>>> listeners = new TreeMap<>();
    private final Map<Integer, Map<HostPattern, String>> certificates = new TreeMap<>();
    private final Map<Integer, Boolean> tls = new TreeMap<>();

    /** Opens a port, and on it a listener for some hosts; again does nothing. */
    public Builder listen(int port, boolean withTls, HostPattern host) {
      tls.putIfAbsent(port, withTls);
      listeners
          .computeIfAbsent(port, _ -> new LinkedHashMap<>())
          .computeIfAbsent(host, _ -> new ArrayList<>());
      return this;
    }

    /** Adds a rule to a listener that is open. */
    public Builder add(int port, HostPattern listener, Route route) {
      Map<HostPattern, List<Route>> open = listeners.get(port);
      List<Route> routes = open == null ? null : open.get(listener);
      if (routes == null) {
        throw new IllegalArgumentException("nobody listens for " + listener + " at " + port);
      }
      routes.add(route);
      return this;
    }

    /** The first certificate named for a host stays. */
    public Builder certificate(int port, HostPattern host, String name) {
      certificates.computeIfAbsent(port, _ -> new LinkedHashMap<>()).putIfAbsent(host, name);
      return this;
    }

    /** Whether the port is open for TLS; empty while it is closed. */
    public Optional<Boolean> tls(int port) {
      return Optional.ofNullable(tls.get(port));
    }

    public RouteTable build() {
      Map<Integer, PortRoutes> ports = new TreeMap<>();
      listeners.forEach((port, hosts) -> {
        List<PortRoutes.Listener> all = new ArrayList<>();
        hosts.forEach((host, routes) -> all.add(new PortRoutes.Listener(host, routes)));
        ports.put(
            port,
            new PortRoutes(
                Boolean.TRUE.equals(tls.get(port)),
                all,
                certificates.getOrDefault(port, Map.of())));
      });
      return new RouteTable(ports);
    }
  }
}
