package dev.wherry.cli;

import dev.wherry.network.ingress.IngressSettings;
import dev.wherry.network.sockets.ListeningSockets;
import java.util.ArrayList;
import java.util.List;

/**
 * Where every node serves Ingresses and Gateways. The same is given to the server and to every
 * agent.
 *
 * @param httpPort 0 where none are served
 */
public record IngressChoice(int httpPort, int httpsPort) {
  /** The ports that everybody knows. */
  public static final IngressChoice DEFAULT =
      new IngressChoice(IngressSettings.HTTP_PORT, IngressSettings.HTTPS_PORT);

  private static final int PORT_MAX = 65_535;

  /** Refuses what is no port. */
  public IngressChoice {
    boolean fine =
        httpPort == 0
            || httpPort > 0
                && httpPort <= PORT_MAX
                && httpsPort > 0
                && httpsPort <= PORT_MAX
                && httpPort != httpsPort;
    if (!fine) {
      throw new IllegalArgumentException(
          "--ingress-http-port "
              + httpPort
              + " and --ingress-https-port "
              + httpsPort
              + ": write two different ports, or 0 for the first to serve none");
    }
  }

  boolean served() {
    return httpPort != 0;
  }

  IngressSettings settings(String nodeName, ListeningSockets sockets) {
    return IngressSettings.of(nodeName, httpPort, httpsPort, sockets);
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    if (httpPort != DEFAULT.httpPort) {
      arguments.add("--ingress-http-port=" + httpPort);
    }
    if (httpsPort != DEFAULT.httpsPort) {
      arguments.add("--ingress-https-port=" + httpsPort);
    }
    return arguments;
  }
}
