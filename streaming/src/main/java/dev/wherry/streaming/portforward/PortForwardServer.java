package dev.wherry.streaming.portforward;

import dev.wherry.streaming.upgrade.Negotiated;
import dev.wherry.streaming.upgrade.Takeover;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/** Ends the client's protocol of a port-forward request and connects to the pod behind it. */
public final class PortForwardServer {
  /** Ports of one WebSocket: a channel's number is one byte, 255 is taken. */
  public static final int PORTS_MAX = 100;

  private static final String TUNNEL = "SPDY/3.1+portforward.k8s.io";
  private static final List<String> WEB_SOCKET =
      List.of(TUNNEL, "v4.channel.k8s.io", "v4.base64.channel.k8s.io", "");
  private static final List<String> SPDY = List.of("portforward.k8s.io");

  private PortForwardServer() {}

  /**
   * What the request and this server have in common.
   *
   * @param ports the request's; the WebSocket channels need at least one
   */
  public static Negotiated negotiate(HttpHeaders headers, List<Integer> ports) {
    Negotiated agreed = Negotiated.of(headers, WEB_SOCKET, SPDY);
    boolean channels =
        agreed instanceof Negotiated.WebSocket(String protocol) && !protocol.equals(TUNNEL);
    return channels && (ports.isEmpty() || ports.size() > PORTS_MAX)
        ? new Negotiated.Refused(400, "query parameter \"port\" is required")
        : agreed;
  }

  /**
   * Answers 101 and forwards.
   *
   * @param agreed as {@link #negotiate} gave it
   * @param ports for the WebSocket channels; SPDY names a port with each connection
   * @param dialer called for each connection, on a virtual thread
   * @throws IllegalArgumentException when nothing was agreed on
   */
  public static void begin(
      Channel channel,
      Takeover takeover,
      Negotiated agreed,
      List<Integer> ports,
      PodConnection.Dialer dialer) {
    switch (agreed) {
      case Negotiated.WebSocket(String protocol) when protocol.equals(TUNNEL) ->
          takeover.tunnel(protocol, new SpdyPortForward(channel, dialer));
      case Negotiated.WebSocket(String protocol) ->
          takeover.webSocket(protocol, new WebSocketPortForward(channel, protocol, ports, dialer));
      case Negotiated.Spdy(String protocol) ->
          takeover.spdy(protocol, new SpdyPortForward(channel, dialer));
      case Negotiated.Refused(int code, String text) ->
          throw new IllegalArgumentException(code + " " + text);
    }
  }
}
