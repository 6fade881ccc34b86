package dev.wherry.machinery.dns;

import java.util.Optional;

/**
 * Where a node's agent answers questions of DNS, said in an annotation of its Node.
 *
 * @param port for questions, UDP and TCP
 * @param metricsPort for figures, HTTP
 */
public record NodeDns(int port, int metricsPort) {
  public static final String ANNOTATION = "wherry.dev/dns-ports";

  private static final int PORT_MAX = 65_535;

  public NodeDns {
    if (port <= 0 || port > PORT_MAX || metricsPort <= 0 || metricsPort > PORT_MAX) {
      throw new IllegalArgumentException("no ports: " + port + ", " + metricsPort);
    }
  }

  /** The annotation's value, {@code PORT,METRICSPORT}. */
  public String text() {
    return port + "," + metricsPort;
  }

  /**
   * Empty where the text says nothing that can be understood: a node's own words are not trusted.
   */
  public static Optional<NodeDns> parse(String text) {
    String[] parts = text.split(",", -1);
    try {
      return parts.length == 2
          ? Optional.of(new NodeDns(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
