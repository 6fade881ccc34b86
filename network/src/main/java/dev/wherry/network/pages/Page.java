package dev.wherry.network.pages;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer to a request.
 *
 * @param headers beside type and length
 */
public record Page(int status, String type, Map<String, String> headers, String text) {
  private static final int OK = 200;

  /** What Go's servers say. */
  public static final Page NOT_FOUND = plain(404, "404 page not found\n");

  public Page {
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }

  public static Page plain(int status, String text) {
    return new Page(status, "text/plain; charset=utf-8", Map.of(), text);
  }

  /** Figures in Prometheus' text format 0.0.4. */
  public static Page figures(String text) {
    return new Page(OK, "text/plain; version=0.0.4; charset=utf-8", Map.of(), text);
  }

  /** JSON that browsers take for nothing else. */
  public static Page json(int status, String text) {
    return new Page(status, "application/json", Map.of("X-Content-Type-Options", "nosniff"), text);
  }

  /** The same with one more header. */
  public Page with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Page(status, type, more, text);
  }
}
