package dev.wherry.apiserver.proxy;

import dev.wherry.apiserver.http.Exchange;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A client's request as a backend sees it: without the client's identity and connection. */
final class ForwardedRequest {
  private static final Set<String> OWN_HEADERS =
      Set.of(
          "host",
          "authorization",
          "content-length",
          "transfer-encoding",
          "te",
          "trailer",
          "keep-alive",
          "proxy-connection",
          "proxy-authorization",
          "expect");

  private static final String BEARER_PROTOCOL = "base64url.bearer.authorization.k8s.io.";

  private ForwardedRequest() {}

  /**
   * Copies method, body and headers; the Host header is the caller's to set.
   *
   * @param upgrade whether the backend is asked for the upgrade that the client wants
   */
  static FullHttpRequest of(Exchange exchange, String target, boolean upgrade) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(exchange.method()),
            target,
            Unpooled.wrappedBuffer(exchange.body()));
    HttpHeaders headers = request.headers();
    for (Map.Entry<String, String> header : exchange.headers()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (upgrade && name.equals("sec-websocket-protocol")) {
        String protocols = withoutToken(header.getValue());
        if (!protocols.isEmpty()) {
          headers.add(header.getKey(), protocols);
        }
      } else if (!isHidden(name, upgrade)) {
        headers.add(header.getKey(), header.getValue());
      }
    }
    boolean mayHaveBody = !exchange.method().equals("GET") && !exchange.method().equals("HEAD");
    if (mayHaveBody || exchange.body().length > 0) {
      headers.setInt(HttpHeaderNames.CONTENT_LENGTH, exchange.body().length);
    }
    if (!upgrade) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return request;
  }

  private static boolean isHidden(String name, boolean upgrade) {
    return OWN_HEADERS.contains(name)
        || name.startsWith("impersonate-")
        || name.startsWith("x-http2-")
        || (!upgrade
            && (name.equals("connection")
                || name.equals("upgrade")
                || name.startsWith("sec-websocket-")));
  }

  private static String withoutToken(String protocols) {
    return Arrays.stream(protocols.split(",", -1))
        .map(String::trim)
        .filter(p -> !p.isEmpty() && !p.startsWith(BEARER_PROTOCOL))
        .collect(Collectors.joining(", "));
  }
}
