package dev.wherry.cli.client.forward;

import dev.wherry.cli.client.failure.ClientException;

/**
 * A port here and its port in a pod.
 *
 * @param local 0 for any that is free
 */
record PortPair(int local, int remote) {
  private static final int PORT_MAX = 65_535;

  /**
   * Reads {@code 80}, {@code 8080:80} and {@code :80}.
   *
   * @throws ClientException in kubectl's words
   */
  static PortPair parse(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length > 2 || text.isEmpty()) {
      throw ClientException.error("invalid port format '" + text + "'");
    }
    String from = parts[0].isEmpty() ? "0" : parts[0];
    int local = number(from, "local");
    int remote = parts.length == 1 ? local : number(parts[1], "remote");
    if (remote == 0) {
      throw ClientException.error("remote port must be > 0");
    }
    return new PortPair(local, remote);
  }

  private static int number(String text, String which) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= PORT_MAX) {
        return port;
      }
      throw ClientException.error(
          "error parsing %s port '%s': strconv.ParseUint: parsing \"%s\": value out of range"
              .formatted(which, text, text));
    } catch (NumberFormatException e) {
      throw ClientException.error(
          "error parsing %s port '%s': strconv.ParseUint: parsing \"%s\": invalid syntax"
              .formatted(which, text, text));
    }
  }
}
