package dev.wherry.streaming.upgrade;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a request to leave HTTP agrees on with us: the first protocol of the client's list that is
 * spoken here (apimachinery httpstream.Handshake, wsstream).
 */
public sealed interface Negotiated {
  /** Names the streams' protocol in requests and answers of SPDY. */
  String VERSION_HEADER = "X-Stream-Protocol-Version";

  /** The one SPDY there is. */
  String SPDY = "SPDY/3.1";

  /** A WebSocket; the protocol is "" when the client named none. */
  record WebSocket(String protocol) implements Negotiated {}

  /** SPDY; the protocol is "" when the client named none. */
  record Spdy(String protocol) implements Negotiated {}

  /** No upgrade: the HTTP answer. */
  record Refused(int code, String text) implements Negotiated {}

  /**
   * Chooses.
   *
   * @param webSocket the subprotocols spoken here; "" among them allows clients that name none
   * @param spdy the same for SPDY
   */
  static Negotiated of(HttpHeaders headers, List<String> webSocket, List<String> spdy) {
    String upgrade = headers.get(HttpHeaderNames.UPGRADE, "");
    if (!headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)) {
      return new Refused(400, "an upgrade to WebSocket or SPDY/3.1 is needed here");
    }
    if (upgrade.equalsIgnoreCase("websocket")) {
      List<String> offered = values(headers, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
      return offered.stream()
          .filter(webSocket::contains)
          .findFirst()
          .<Negotiated>map(WebSocket::new)
          .orElseGet(() -> refusal(400, "WebSocket protocols", offered, webSocket));
    }
    if (upgrade.equalsIgnoreCase(SPDY)) {
      List<String> offered = values(headers, VERSION_HEADER);
      return offered.stream()
          .filter(spdy::contains)
          .findFirst()
          .<Negotiated>map(Spdy::new)
          .orElseGet(() -> refusal(403, "stream protocols", offered, spdy));
    }
    return new Refused(400, "the upgrade must be to WebSocket or SPDY/3.1, not " + upgrade);
  }

  private static Refused refusal(
      int code, String what, List<String> offered, List<String> accepted) {
    return new Refused(
        code,
        "unable to upgrade: the client offers the %s %s, the server accepts %s"
            .formatted(what, offered, accepted.stream().filter(p -> !p.isEmpty()).toList()));
  }

  private static List<String> values(HttpHeaders headers, CharSequence name) {
    List<String> values =
        headers.getAll(name).stream()
            .flatMap(value -> Stream.of(value.split(",", -1)))
            .map(String::strip)
            .filter(value -> !value.isEmpty())
            .toList();
    return values.isEmpty() ? List.of("") : values;
  }
}
