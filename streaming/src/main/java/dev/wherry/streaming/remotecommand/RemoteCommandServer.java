package dev.wherry.streaming.remotecommand;

import dev.wherry.streaming.upgrade.Negotiated;
import dev.wherry.streaming.upgrade.Takeover;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/** Ends the client's protocol of an exec or attach request and runs the command behind it. */
public final class RemoteCommandServer {
  private static final List<String> WEB_SOCKET =
      List.of(
          "v5.channel.k8s.io",
          "v4.channel.k8s.io",
          "channel.k8s.io",
          "v4.base64.channel.k8s.io",
          "base64.channel.k8s.io",
          "");
  private static final List<String> SPDY =
      List.of("v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io");

  private RemoteCommandServer() {}

  /** What the request and this server have in common. */
  public static Negotiated negotiate(HttpHeaders headers) {
    return Negotiated.of(headers, WEB_SOCKET, SPDY);
  }

  /**
   * Answers 101 and runs the command.
   *
   * @param agreed as {@link #negotiate} gave it
   * @param opener called once the client's streams are there, on a virtual thread
   * @throws IllegalArgumentException when nothing was agreed on
   */
  public static void begin(
      Channel channel,
      Takeover takeover,
      Negotiated agreed,
      CommandStreams wanted,
      RemoteProcess.Opener opener) {
    switch (agreed) {
      case Negotiated.WebSocket(String protocol) ->
          takeover.webSocket(protocol, new WebSocketCommand(channel, protocol, wanted, opener));
      case Negotiated.Spdy(String protocol) ->
          takeover.spdy(protocol, new SpdyCommand(channel, protocol, wanted, opener));
      case Negotiated.Refused(int code, String text) ->
          throw new IllegalArgumentException(code + " " + text);
    }
  }
}
