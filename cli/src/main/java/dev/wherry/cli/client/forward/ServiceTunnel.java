package dev.wherry.cli.client.forward;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;

/** The local ports of one Service. One thread opens and closes them; connections choose pods. */
final class ServiceTunnel implements AutoCloseable {
  /** No right to listen on ports below it, unless the host says otherwise. */
  private static final int UNPRIVILEGED = 1_024;

  private final Session session;
  private final Listen listen;
  private final Map<Integer, List<PortListener>> open = new TreeMap<>();
  private final ServiceBackends backends;
  private volatile JsonNode service;

  /**
   * Where it listens.
   *
   * @param freePorts whether another port will do where the Service's own cannot be had
   */
  record Listen(List<InetAddress> addresses, boolean freePorts) {
    Listen {
      addresses = List.copyOf(addresses);
    }
  }

  ServiceTunnel(Session session, Listen listen, JsonNode service) {
    this.session = session;
    this.listen = listen;
    this.service = service;
    this.backends = new ServiceBackends(session.api());
  }

  /** Opens and closes ports until they are the Service's; what can be said of it, in one line. */
  String follow(JsonNode now) {
    service = now;
    StringJoiner said = new StringJoiner(", ");
    StringJoiner leftOut = new StringJoiner(", ");
    Map<Integer, JsonNode> wanted = new TreeMap<>();
    for (JsonNode port : now.path("spec").path("ports")) {
      String protocol = port.path("protocol").asText("TCP");
      if (protocol.equals("TCP")) {
        wanted.put(port.path("port").asInt(), port);
      } else {
        leftOut.add(port.path("port").asInt() + "/" + protocol);
      }
    }
    closeAllBut(wanted.keySet());
    wanted.keySet().forEach(port -> said.add(opened(port)));
    String line = said.length() == 0 ? "no port" : said.toString();
    return leftOut.length() == 0 ? line : line + "; left out " + leftOut + ": TCP only";
  }

  private void closeAllBut(Set<Integer> ports) {
    List.copyOf(open.keySet()).stream().filter(port -> !ports.contains(port)).forEach(this::close);
  }

  private void close(int port) {
    List<PortListener> listeners = open.remove(port);
    if (listeners != null) {
      listeners.forEach(PortListener::close);
    }
  }

  private String opened(int port) {
    List<PortListener> listeners = open.computeIfAbsent(port, _ -> new ArrayList<>());
    StringJoiner said = new StringJoiner(", ");
    for (InetAddress address : listen.addresses()) {
      try {
        PortListener listener = listener(listeners, port, address);
        said.add("%s:%d -> %d".formatted(ListenAddresses.text(address), listener.port(), port));
      } catch (IOException e) {
        said.add(refusal(address, port, String.valueOf(e.getMessage())));
      }
    }
    return said.toString();
  }

  private PortListener listener(List<PortListener> listeners, int port, InetAddress address)
      throws IOException {
    for (PortListener each : listeners) {
      if (each.address().equals(address)) {
        return each;
      }
    }
    Destination way = new Port(port);
    PortListener made;
    try {
      made = new PortListener(session, port, address, way);
    } catch (IOException e) {
      if (!listen.freePorts()) {
        throw e;
      }
      made = new PortListener(session, 0, address, way);
    }
    listeners.add(made);
    made.start();
    return made;
  }

  private static String refusal(InetAddress address, int port, String why) {
    String where = "not on %s:%d (%s".formatted(ListenAddresses.text(address), port, why);
    return port < UNPRIVILEGED && why.contains("denied")
        ? where + "; run it with sudo, or with --free-ports on another port)"
        : where + "; --free-ports takes another port, --address another address)";
  }

  @Override
  public void close() {
    closeAllBut(Set.of());
  }

  private final class Port implements Destination {
    private final int port;

    Port(int port) {
      this.port = port;
    }

    @Override
    public Backend choose() {
      return backends.choose(service, port);
    }

    @Override
    public void taken(int localPort) {}

    /** The next connection asks anew. */
    @Override
    public void refused(ApiException refusal) {}
  }
}
