package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.HeaderEdits;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a proxy does to headers (RFC 9110, 7.6). */
final class Headers {
  /** Headers that frame a message or name its host: rules and {@code Connection} leave them. */
  private static final Set<String> KEPT =
      Set.of("content-length", "transfer-encoding", "host", "connection");

  private Headers() {}

  /** Takes away what is meant for the next hop only; the framing is taken away too. */
  static void stripHop(HttpHeaders headers) {
    if (headers.contains(HttpHeaderNames.CONNECTION)) {
      for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
        for (String name : value.split(",", -1)) {
          String trimmed = name.trim().toLowerCase(Locale.ROOT);
          if (!trimmed.isEmpty() && !KEPT.contains(trimmed)) {
            headers.remove(trimmed);
          }
        }
      }
      headers.remove(HttpHeaderNames.CONNECTION);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
    headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
    headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
    headers.remove(HttpHeaderNames.UPGRADE);
    headers.remove("http2-settings");
    headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    boolean trailers = headers.containsValue(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS, true);
    headers.remove(HttpHeaderNames.TE);
    if (trailers) {
      headers.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
    }
  }

  /** Names that Netty adds for streams of HTTP/2. */
  static void stripExtensions(HttpHeaders headers) {
    headers.remove("x-http2-scheme");
    headers.remove("x-http2-path");
    headers.remove("x-http2-stream-weight");
    headers.remove("x-http2-stream-dependency-id");
    headers.remove("x-http2-stream-id");
    headers.remove("x-http2-stream-promise-id");
  }

  /** Whether a client asks for another protocol on its connection. */
  static boolean wantsUpgrade(HttpHeaders headers) {
    return headers.contains(HttpHeaderNames.UPGRADE)
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
  }

  /** Carries a rule's changes out; what frames the message stays. */
  static void edit(HttpHeaders headers, HeaderEdits edits) {
    if (edits.isEmpty()) {
      return;
    }
    edits.set().stream()
        .filter(header -> !kept(header.name()))
        .forEach(header -> headers.set(header.name(), header.value()));
    edits.add().stream()
        .filter(header -> !kept(header.name()))
        .forEach(header -> headers.add(header.name(), header.value()));
    edits.remove().stream().filter(name -> !kept(name)).forEach(headers::remove);
  }

  private static boolean kept(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return KEPT.contains(lower) && !lower.equals("host");
  }

  /** All values as one; null where there is none. */
  static @org.jspecify.annotations.Nullable String joined(HttpHeaders headers, String name) {
    List<String> values = headers.getAll(name);
    return values.isEmpty()
        ? null
        : values.size() == 1 ? values.getFirst() : String.join(",", values);
  }
}
