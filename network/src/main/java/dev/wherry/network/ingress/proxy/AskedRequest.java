package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.Asked;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request as the rules see it. */
final class AskedRequest implements Asked {
  /** Parameters looked at: more are not compared. */
  private static final int PARAMETERS_MAX = 256;

  private final String host;
  private final RequestTarget target;
  private final HttpRequest request;
  private @Nullable Map<String, List<String>> parameters;

  AskedRequest(String host, RequestTarget target, HttpRequest request) {
    this.host = host;
    this.target = target;
    this.request = request;
  }

  @Override
  public String host() {
    return host;
  }

  @Override
  public String path() {
    return target.path();
  }

  String query() {
    return target.query();
  }

  @Override
  public String method() {
    return request.method().name();
  }

  @Override
  public @Nullable String header(String name) {
    return Headers.joined(request.headers(), name);
  }

  @Override
  public @Nullable String parameter(String name) {
    Map<String, List<String>> known = parameters;
    if (known == null) {
      known = read();
      parameters = known;
    }
    List<String> values = known.get(name);
    return values == null ? null : values.getFirst();
  }

  private Map<String, List<String>> read() {
    try {
      return QueryStringDecoder.builder()
          .hasPath(false)
          .maxParams(PARAMETERS_MAX)
          .build(target.query().isEmpty() ? "" : target.query().substring(1))
          .parameters();
    } catch (IllegalArgumentException e) {
      return Map.of();
    }
  }
}
