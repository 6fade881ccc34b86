package dev.wherry.network.ingress;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which ports a node's proxy has open, said in an annotation of its Node.
 *
 * @param ports by the number that rules name: where clients find them
 */
public record NodePorts(Map<Integer, Integer> ports) {
  public static final String ANNOTATION = "wherry.dev/ingress-ports";

  private static final int PORT_MAX = 65_535;

  public NodePorts {
    ports = java.util.Collections.unmodifiableMap(new TreeMap<>(ports));
  }

  /** {@code 80,443}, or {@code 80=10080} where another one is used. */
  public String text() {
    List<String> parts = new ArrayList<>();
    ports.forEach(
        (named, used) -> parts.add(named.equals(used) ? named.toString() : named + "=" + used));
    return String.join(",", parts);
  }

  /** Nothing where the text cannot be understood: a node's own words are not trusted. */
  public static NodePorts parse(String text) {
    Map<Integer, Integer> ports = new TreeMap<>();
    try {
      for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
        String[] pair = part.split("=", 2);
        int named = port(pair[0]);
        ports.put(named, pair.length == 2 ? port(pair[1]) : named);
      }
    } catch (IllegalArgumentException e) {
      return new NodePorts(Map.of());
    }
    return new NodePorts(ports);
  }

  private static int port(String text) {
    int port = Integer.parseInt(text);
    if (port <= 0 || port > PORT_MAX) {
      throw new IllegalArgumentException("no port: " + port);
    }
    return port;
  }
}
