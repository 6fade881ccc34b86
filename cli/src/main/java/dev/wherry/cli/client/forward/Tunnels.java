package dev.wherry.cli.client.forward;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.select.Watch;
import dev.wherry.cli.client.verb.ObjectWatch;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Wait;
import dev.wherry.model.status.ApiException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Follows Services across watches and the server's absences, and says what becomes of each. */
final class Tunnels implements AutoCloseable {
  private static final int SERVICES_MAX = 256;
  private static final int GONE = 410;
  private static final int SERVER_ERROR = 500;

  /** A connection that broke unheard, as a laptop's in its sleep, is noticed by then. */
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

  private final Session session;
  private final Target services;
  private final Lists.Filter filter;
  private final Set<String> names;
  private final ServiceTunnel.Listen listen;
  private final Map<String, JsonNode> wanted = new TreeMap<>();
  private final Map<String, ServiceTunnel> tunnels = new TreeMap<>();
  private final Map<String, String> said = new HashMap<>();
  private boolean closed;

  /**
   * @param namespace "" for all
   * @param labels "" for all
   * @param names of Services in the namespace; none for all
   */
  Tunnels(
      Session session,
      String namespace,
      String labels,
      Set<String> names,
      ServiceTunnel.Listen listen) {
    this.session = session;
    this.services = new Target(session.discovery().resolve("services"), namespace, "", "");
    this.filter = Lists.Filter.ofLabels(labels);
    this.names = Set.copyOf(names);
    this.listen = listen;
  }

  /**
   * Follows until nobody reads what it says.
   *
   * @throws ClientException when the server is not there at the beginning
   * @throws ApiException when the server refuses
   */
  void follow() {
    Wait pauses = new Wait(ObjectWatch.FOR_EVER);
    boolean known = false;
    boolean lost = false;
    do {
      try {
        String version = list();
        known = true;
        lost = false;
        String path = Lists.watchPath(services, filter, version);
        if (Watch.follow(session.api(), path, LOOK_AGAIN, this::heard) == Watch.End.ENOUGH) {
          return;
        }
      } catch (ApiException e) {
        if (e.code() != GONE && (e.code() < SERVER_ERROR || !known)) {
          throw e;
        }
      } catch (ClientException e) {
        if (!known) {
          throw e;
        }
        if (!lost) {
          complain(e.text() + "; asked again until it is back");
        }
        lost = true;
      }
    } while (!lost || pauses.again());
  }

  private String list() {
    Map<String, JsonNode> now = new TreeMap<>();
    String version =
        Lists.read(
            session.api(),
            services,
            filter,
            Api.JSON,
            page -> page.path("items").forEach(item -> now.put(key(item), item)));
    wanted.clear();
    now.values().stream().filter(this::isAsked).forEach(item -> wanted.put(key(item), item));
    draw();
    return version;
  }

  private boolean heard(String type, JsonNode service) {
    if (isAsked(service)) {
      if (type.equals("DELETED")) {
        wanted.remove(key(service));
      } else {
        wanted.put(key(service), service);
      }
      draw();
    }
    return !session.streams().out().checkError();
  }

  private static String key(JsonNode service) {
    JsonNode metadata = service.path("metadata");
    return metadata.path("namespace").asText() + "/" + metadata.path("name").asText();
  }

  private boolean isAsked(JsonNode service) {
    return names.isEmpty() || names.contains(service.path("metadata").path("name").asText());
  }

  private static boolean isBalanced(JsonNode service) {
    return service.path("spec").path("type").asText().equals("LoadBalancer");
  }

  /** Every Service is looked at: one that goes may leave a port to another. */
  private synchronized void draw() {
    if (closed) {
      return;
    }
    for (String key : List.copyOf(tunnels.keySet())) {
      JsonNode service = wanted.get(key);
      ServiceTunnel tunnel = tunnels.get(key);
      if (tunnel != null && (service == null || !isBalanced(service))) {
        tunnels.remove(key);
        tunnel.close();
        said.remove(key);
        say(key + " gone");
      }
    }
    wanted.forEach(this::draw);
    for (String name : names) {
      String key = services.namespace() + "/" + name;
      if (!wanted.containsKey(key)) {
        tell(key, "not there yet");
      }
    }
  }

  private void draw(String key, JsonNode service) {
    if (!isBalanced(service)) {
      if (!names.isEmpty()) {
        String type = service.path("spec").path("type").asText();
        tell(key, "is of type " + type + ", only those of type LoadBalancer are led to");
      }
      return;
    }
    if (tunnels.size() >= SERVICES_MAX && !tunnels.containsKey(key)) {
      tell(key, "left out, " + SERVICES_MAX + " are open: choose by name, -n or -l");
      return;
    }
    ServiceTunnel tunnel =
        tunnels.computeIfAbsent(key, _ -> new ServiceTunnel(session, listen, service));
    tell(key, tunnel.follow(service));
  }

  private void tell(String key, String text) {
    String before = said.put(key, text);
    if (!text.equals(before)) {
      say(key + (before == null ? ": " : " changed: ") + text);
    }
  }

  private void say(String line) {
    synchronized (session) {
      session.streams().out().println(line);
      session.streams().out().flush();
    }
  }

  private void complain(String line) {
    synchronized (session) {
      session.streams().err().println(line);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    tunnels.values().forEach(ServiceTunnel::close);
  }
}
