package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.Route;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads heads of requests strictly, and writes those that backends get. */
final class RequestHead {
  private static final Set<HttpMethod> IDEMPOTENT =
      Set.of(
          HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

  private static final int BAD_REQUEST = 400;

  /** A request that can be judged, or why it cannot. */
  sealed interface Read {
    record Good(AskedRequest asked, String authority) implements Read {}

    record Bad(int status, String why) implements Read {}
  }

  private RequestHead() {}

  static Read read(HttpRequest request, boolean stream) {
    HttpHeaders headers = request.headers();
    HttpVersion version = request.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      return new Read.Bad(505, "this version of HTTP is not spoken here");
    }
    if (request.method().equals(HttpMethod.CONNECT) || request.method().equals(HttpMethod.TRACE)) {
      return new Read.Bad(405, "this method is not served");
    }
    if (!stream && !framed(headers, version)) {
      return new Read.Bad(BAD_REQUEST, "the body's framing is ambiguous");
    }
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.size() > 1) {
      return new Read.Bad(BAD_REQUEST, "more than one Host");
    }
    if (hosts.isEmpty() && version.equals(HttpVersion.HTTP_1_1)) {
      return new Read.Bad(BAD_REQUEST, "no Host");
    }
    Optional<RequestTarget> target = RequestTarget.parse(request.uri());
    if (target.isEmpty()) {
      return new Read.Bad(BAD_REQUEST, "the request's target is malformed");
    }
    String authority = target.get().authority();
    if (authority.isEmpty() && !hosts.isEmpty()) {
      authority = hosts.getFirst();
    }
    Optional<String> host = authority.isEmpty() ? Optional.of("") : RequestTarget.host(authority);
    if (host.isEmpty() || (authority.isEmpty() && version.equals(HttpVersion.HTTP_1_1))) {
      return new Read.Bad(BAD_REQUEST, "the Host is malformed");
    }
    return new Read.Good(new AskedRequest(host.get(), target.get(), request), authority);
  }

  /** Chunks are the one coding of a transfer that is understood. */
  private static boolean framed(HttpHeaders headers, HttpVersion version) {
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (codings.isEmpty()) {
      return true;
    }
    return version.equals(HttpVersion.HTTP_1_1)
        && codings.size() == 1
        && codings.getFirst().equalsIgnoreCase("chunked")
        && !headers.contains(HttpHeaderNames.CONTENT_LENGTH);
  }

  static boolean isIdempotent(HttpMethod method) {
    return IDEMPOTENT.contains(method);
  }

  /**
   * The head for a backend; the client's headers are used up.
   *
   * @param upgrade the protocol that is asked for; "" for none
   * @param whole whether there is no body
   */
  static HttpRequest outgoing(
      FrontHandler front,
      HttpRequest request,
      Read.Good good,
      Route route,
      Action.Share share,
      String upgrade,
      boolean whole) {
    HttpHeaders headers = request.headers();
    boolean length = headers.contains(HttpHeaderNames.CONTENT_LENGTH);
    Headers.stripHop(headers);
    Headers.stripExtensions(headers);
    forwarded(front, headers, good.authority());
    Headers.edit(headers, route.filters().request());
    Headers.edit(headers, share.request());
    if (!upgrade.isEmpty()) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
      headers.set(HttpHeaderNames.UPGRADE, upgrade);
    }
    if (!whole && !length) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    } else if (whole && !length && takesBody(request.method())) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, 0);
    }
    if (!route.filters().host().isEmpty()) {
      headers.set(HttpHeaderNames.HOST, route.filters().host());
    } else if (!headers.contains(HttpHeaderNames.HOST)) {
      headers.set(HttpHeaderNames.HOST, "localhost");
    }
    String path = route.filters().path().edit(good.asked().path(), route.match().path());
    return new DefaultHttpRequest(
        HttpVersion.HTTP_1_1, request.method(), path + good.asked().query(), headers);
  }

  private static boolean takesBody(HttpMethod method) {
    return method.equals(HttpMethod.POST)
        || method.equals(HttpMethod.PUT)
        || method.equals(HttpMethod.PATCH);
  }

  /** What a client said of these is not believed: it is nobody's proxy. */
  private static void forwarded(FrontHandler front, HttpHeaders headers, String authority) {
    String client = front.clientAddress();
    headers.remove("forwarded");
    headers.set("x-forwarded-for", client);
    headers.set("x-real-ip", client);
    headers.set("x-forwarded-proto", front.door().scheme());
    headers.set(
        "x-forwarded-port",
        Integer.toString(front.door().outside().applyAsInt(front.door().port())));
    if (!authority.isEmpty()) {
      headers.set("x-forwarded-host", authority);
      headers.set(HttpHeaderNames.HOST, authority);
    }
  }

  /** Where a redirect leads (Gateway API's HTTPRequestRedirectFilter). */
  static String location(Door door, AskedRequest asked, Action.Redirect redirect, Route route) {
    String scheme = redirect.scheme().isEmpty() ? door.scheme() : redirect.scheme();
    String host = redirect.host().isEmpty() ? asked.host() : redirect.host();
    int wellKnown = scheme.equals("https") ? 443 : 80;
    int inside =
        redirect.port() > 0
            ? redirect.port()
            : redirect.scheme().isEmpty() ? door.port() : wellKnown;
    int port = redirect.port() > 0 ? inside : door.outside().applyAsInt(inside);
    String path = redirect.path().edit(asked.path(), route.match().path());
    return scheme + "://" + host + (port == wellKnown ? "" : ":" + port) + path + asked.query();
  }
}
