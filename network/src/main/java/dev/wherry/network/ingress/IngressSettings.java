package dev.wherry.network.ingress;

import dev.wherry.network.ingress.proxy.AccessLog;
import dev.wherry.network.ingress.proxy.ProxyLimits;
import dev.wherry.network.sockets.ListeningSockets;
import java.util.Map;

/**
 * What a node's proxy is told.
 *
 * @param nodeName whose Node says which ports are open
 * @param ports to listen on instead of those that rules name; 0 for any free one
 * @param sockets where those of the ports come from
 * @param loops threads
 */
public record IngressSettings(
    String nodeName,
    Map<Integer, Integer> ports,
    ProxyLimits limits,
    AccessLog log,
    ListeningSockets sockets,
    int loops) {
  public static final int HTTP_PORT = 80;
  public static final int HTTPS_PORT = 443;

  /** More threads than this are for measurements. */
  private static final int LOOPS_MAX = 8;

  public IngressSettings {
    ports = Map.copyOf(ports);
  }

  /**
   * The defaults for a node.
   *
   * @param httpPort for the rules' port 80
   * @param httpsPort for the rules' port 443
   */
  public static IngressSettings of(
      String nodeName, int httpPort, int httpsPort, ListeningSockets sockets) {
    return new IngressSettings(
        nodeName,
        Map.of(HTTP_PORT, httpPort, HTTPS_PORT, httpsPort),
        ProxyLimits.defaults(),
        AccessLog.NONE,
        sockets,
        Math.clamp(Runtime.getRuntime().availableProcessors(), 1, LOOPS_MAX));
  }
}
