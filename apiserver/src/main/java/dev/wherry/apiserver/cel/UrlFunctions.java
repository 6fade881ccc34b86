package dev.wherry.apiserver.cel;

import static dev.wherry.apiserver.cel.CelFunction.global;
import static dev.wherry.apiserver.cel.CelFunction.member;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code url} and {@code isURL} (library/urls.go). */
final class UrlFunctions {
  private static final CelType URL = OpaqueType.create("kubernetes.URL");
  private static final CelType TEXT = SimpleType.STRING;

  private UrlFunctions() {}

  static List<CelFunction> all() {
    List<CelType> one = List.of(URL);
    CelType query = MapType.create(TEXT, ListType.create(TEXT));
    return List.of(
        global("url", "string_to_url", URL, List.of(TEXT), a -> url((String) a[0])),
        global(
            "isURL",
            "is_url_string",
            SimpleType.BOOL,
            List.of(TEXT),
            a -> parse((String) a[0]).isPresent()),
        member("getScheme", "url_get_scheme", TEXT, one, a -> text(uri(a).getScheme())),
        member("getHost", "url_get_host", TEXT, one, a -> text(uri(a).getRawAuthority())),
        member("getHostname", "url_get_hostname", TEXT, one, a -> hostname(uri(a))),
        member(
            "getPort",
            "url_get_port",
            TEXT,
            one,
            a -> uri(a).getPort() < 0 ? "" : String.valueOf(uri(a).getPort())),
        member("getEscapedPath", "url_get_escaped_path", TEXT, one, a -> text(uri(a).getRawPath())),
        member("getQuery", "url_get_query", query, one, a -> query(uri(a))));
  }

  private static URI uri(Object[] arguments) {
    return (URI) arguments[0];
  }

  private static String text(@org.jspecify.annotations.Nullable String part) {
    return part == null ? "" : part;
  }

  private static Optional<URI> parse(String text) {
    try {
      URI uri = new URI(text);
      boolean known = uri.getScheme() != null || text.startsWith("/");
      return known ? Optional.of(uri) : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static Object url(String text) {
    return parse(text)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "URL parse error during conversion from string: parse \""
                    + text
                    + "\": invalid URI for request"));
  }

  private static String hostname(URI uri) {
    String host = text(uri.getHost());
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static Map<String, List<String>> query(URI uri) {
    Map<String, List<String>> query = new LinkedHashMap<>();
    for (String part : text(uri.getRawQuery()).split("&")) {
      if (!part.isEmpty()) {
        int equals = part.indexOf('=');
        String name = equals < 0 ? part : part.substring(0, equals);
        String value = equals < 0 ? "" : part.substring(equals + 1);
        query.computeIfAbsent(decoded(name), n -> new ArrayList<>()).add(decoded(value));
      }
    }
    return query;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
