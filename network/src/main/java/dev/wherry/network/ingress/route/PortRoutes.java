package dev.wherry.network.ingress.route;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules of one port. Listeners share out the hosts among them, so that a request is judged by
 * the rules of the most special listener alone; within a listener the most special host comes
 * first, and a host whose rules do not match leaves the request to less special ones.
 */
public final class PortRoutes {
  /** Nobody listens. */
  public static final PortRoutes NONE = new PortRoutes(Speech.HTTP, List.of(), Map.of());

  private final Speech speech;
  private final List<Listener> listeners;
  private final Map<HostPattern, String> certificates;
  private final HostTable<Rules> table = new HostTable<>();
  private final HostTable<String> certificateNames = new HostTable<>();

  /**
   * The rules for some hosts of a port.
   *
   * @param http whether HTTP is spoken there
   * @param passes whether connections are passed on there, all or those that have a rule
   * @param routes whose hosts lie within the listener's
   * @param streams likewise
   */
  public record Listener(
      HostPattern host,
      boolean http,
      boolean passes,
      List<Route> routes,
      List<StreamRoute> streams) {
    public Listener {
      routes = List.copyOf(routes);
      streams = List.copyOf(streams);
    }
  }

  /** What becomes of a TLS connection. */
  public sealed interface Secured {
    /** TLS ends here, and HTTP is spoken within. */
    record Http() implements Secured {}

    /** It is passed on. */
    record Stream(StreamRoute route) implements Secured {}

    /** Nobody serves the name. */
    record Refused() implements Secured {}
  }

  /** A listener's, by host. */
  private record Rules(
      boolean http,
      boolean passes,
      HostTable<List<Route>> routes,
      HostTable<StreamRoute> streams) {}

  /**
   * @param certificates by host: their names, {@code NAMESPACE/NAME} of Secrets
   */
  public PortRoutes(
      Speech speech, List<Listener> listeners, Map<HostPattern, String> certificates) {
    this.speech = speech;
    this.listeners = List.copyOf(listeners);
    this.certificates = Collections.unmodifiableMap(new LinkedHashMap<>(certificates));
    for (Listener listener : listeners) {
      table.merge(listener.host(), rules(listener), (first, _) -> first);
    }
    certificates.forEach((host, name) -> certificateNames.merge(host, name, (first, _) -> first));
  }

  private static Rules rules(Listener listener) {
    HostTable<StreamRoute> streams = new HostTable<>();
    listener.streams().forEach(each -> streams.merge(each.host(), each, StreamRoute::first));
    return new Rules(listener.http(), listener.passes(), byHost(listener), streams);
  }

  private static HostTable<List<Route>> byHost(Listener listener) {
    Map<HostPattern, List<Route>> byHost = new LinkedHashMap<>();
    for (Route route : listener.routes()) {
      byHost.computeIfAbsent(route.host(), _ -> new ArrayList<>()).add(route);
    }
    HostTable<List<Route>> rules = new HostTable<>();
    byHost.forEach((host, routes) -> {
      List<Route> sorted = new ArrayList<>(routes);
      sorted.sort(Route.PRECEDENCE);
      rules.merge(host, List.copyOf(sorted), PortRoutes::both);
    });
    return rules;
  }

  /** Two kinds of wildcard with one name. */
  private static List<Route> both(List<Route> one, List<Route> other) {
    List<Route> all = new ArrayList<>(one);
    all.addAll(other);
    all.sort(Route.PRECEDENCE);
    return List.copyOf(all);
  }

  public Speech speech() {
    return speech;
  }

  /** Whether clients speak TLS. */
  public boolean tls() {
    return speech == Speech.TLS;
  }

  /** Whether nobody listens. */
  public boolean isEmpty() {
    return listeners.isEmpty();
  }

  /** The rule for a request; empty where there is none. */
  public Optional<Route> find(Asked asked) {
    Rules rules = table.first(asked.host(), found -> found);
    return rules == null
        ? Optional.empty()
        : Optional.ofNullable(rules.routes().first(asked.host(), routes -> first(routes, asked)));
  }

  /** Where connections are passed on as they come: the rule; empty where there is none yet. */
  public Optional<StreamRoute> connection() {
    Rules rules = table.first("", found -> found);
    return rules == null
        ? Optional.empty()
        : Optional.ofNullable(rules.streams().first("", found -> found));
  }

  /**
   * What becomes of a TLS connection whose client asks for a name. Where two listeners for the same
   * hosts differ, connections that are passed on come first, and a name that neither has a rule for
   * is refused; a name that no listener has is answered by HTTP where that is spoken at all.
   *
   * @param name lower case; "" where it names none
   */
  public Secured secured(String name) {
    Rules rules = table.first(name, found -> found);
    if (rules == null) {
      return listeners.stream().anyMatch(Listener::http)
          ? new Secured.Http()
          : new Secured.Refused();
    }
    StreamRoute stream = rules.streams().first(name, found -> found);
    if (stream != null) {
      return new Secured.Stream(stream);
    }
    boolean known = !rules.passes() || rules.routes().first(name, found -> found) != null;
    return rules.http() && known ? new Secured.Http() : new Secured.Refused();
  }

  private static @org.jspecify.annotations.Nullable Route first(List<Route> routes, Asked asked) {
    for (int i = 0; i < routes.size(); i++) {
      Route route = routes.get(i);
      if (route.match().matches(asked) && route.host().matches(asked.host())) {
        return route;
      }
    }
    return null;
  }

  /** The name of the certificate for a host; empty for the default one. */
  public Optional<String> certificate(String host) {
    return Optional.ofNullable(certificateNames.first(host, name -> name));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PortRoutes o
        && speech == o.speech
        && listeners.equals(o.listeners)
        && certificates.equals(o.certificates);
  }

  @Override
  public int hashCode() {
    return listeners.hashCode();
  }

  /** All rules, listener by listener. */
  public List<Route> routes() {
    return listeners.stream().flatMap(listener -> listener.routes().stream()).toList();
  }

  /** All rules for connections, likewise. */
  public List<StreamRoute> streams() {
    return listeners.stream().flatMap(listener -> listener.streams().stream()).toList();
  }
}
