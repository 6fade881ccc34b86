package dev.wherry.kubelet.probe;

import dev.wherry.machinery.address.AddressText;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Where a request goes. A path is taken as Go's {@code url.Parse} takes it: what is no URL is
 * passed on as a path, encoded (rule: {@code pkg/probe/http/request.go}).
 *
 * @param host a name or an address, IPv6 without brackets
 * @param pathAndQuery begins with a slash, encoded
 */
record HttpUrl(boolean tls, String host, int port, String pathAndQuery) {
  private static final String KEPT = "-._~!$&'()*+,;=:@/";
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  static HttpUrl of(String scheme, String host, int port, String path) {
    String taken;
    try {
      URI parsed = new URI(encoded(path, KEPT + "%?#[]"));
      String rawPath = parsed.getRawPath() == null ? "" : parsed.getRawPath();
      String query = parsed.getRawQuery();
      taken = rawPath + (query == null ? "" : "?" + query);
    } catch (URISyntaxException _) {
      taken = encoded(path, KEPT);
    }
    return new HttpUrl(
        scheme.equalsIgnoreCase("HTTPS"), host, port, taken.startsWith("/") ? taken : "/" + taken);
  }

  /** Where a {@code Location} leads; an {@code IllegalArgumentException} if it is none. */
  HttpUrl resolve(String location) {
    URI to = URI.create(toString()).resolve(encoded(location, KEPT + "%?#[]"));
    String scheme = to.getScheme() == null ? "" : to.getScheme().toLowerCase(Locale.ROOT);
    if (to.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
      throw new IllegalArgumentException("unsupported protocol scheme \"" + scheme + "\"");
    }
    boolean secure = scheme.equals("https");
    int port = to.getPort() >= 0 ? to.getPort() : secure ? HTTPS_PORT : HTTP_PORT;
    String bare = to.getHost().replace("[", "").replace("]", "");
    String query = to.getRawQuery() == null ? "" : "?" + to.getRawQuery();
    String path = to.getRawPath() == null || to.getRawPath().isEmpty() ? "/" : to.getRawPath();
    return new HttpUrl(secure, bare, port, path + query);
  }

  HttpUrl withoutTls() {
    return new HttpUrl(false, host, port, pathAndQuery);
  }

  /** Host and port as they stand in a URL. */
  String authority() {
    return AddressText.bracketed(host) + ":" + port;
  }

  @Override
  public String toString() {
    return (tls ? "https://" : "http://") + authority() + pathAndQuery;
  }

  private static String encoded(String text, String kept) {
    StringBuilder out = new StringBuilder(text.length());
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (each & 0xff);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || kept.indexOf(c) >= 0);
      if (plain) {
        out.append(c);
      } else {
        out.append('%').append("%02X".formatted((int) c));
      }
    }
    return out.toString();
  }
}
