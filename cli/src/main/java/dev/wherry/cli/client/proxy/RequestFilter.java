package dev.wherry.cli.client.proxy;

import dev.wherry.cli.client.failure.ClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which requests are passed on (kubectl pkg/proxy FilterServer): a page in a browser must not reach
 * the API by a name of its own, and nobody runs commands through it.
 */
record RequestFilter(
    List<Pattern> acceptPaths,
    List<Pattern> rejectPaths,
    List<Pattern> acceptHosts,
    List<Pattern> rejectMethods) {
  static final String ACCEPT_PATHS = "^.*";
  static final String REJECT_PATHS = "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach";
  static final String ACCEPT_HOSTS = "^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$";
  static final String REJECT_METHODS = "^$";

  /** Expressions with commas between them. */
  static List<Pattern> patterns(String text) {
    List<Pattern> patterns = new ArrayList<>();
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      try {
        patterns.add(Pattern.compile(part));
      } catch (PatternSyntaxException e) {
        throw ClientException.error("error parsing regexp: " + e.getMessage());
      }
    }
    return patterns;
  }

  boolean passes(String method, String path, String host) {
    return !any(rejectPaths, path)
        && !any(rejectMethods, method)
        && any(acceptPaths, path)
        && any(acceptHosts, bare(host));
  }

  private static boolean any(List<Pattern> patterns, String text) {
    return patterns.stream().anyMatch(pattern -> pattern.matcher(text).find());
  }

  /** Without the port; the brackets of an address go with one, as in Go. */
  private static String bare(String host) {
    int colon = host.lastIndexOf(':');
    boolean port =
        colon > host.lastIndexOf(']') && host.indexOf(':') == colon
            || host.startsWith("[") && colon > host.indexOf(']');
    if (!port) {
      return host;
    }
    String name = host.substring(0, colon);
    return name.startsWith("[") ? name.substring(1, name.length() - 1) : name;
  }
}
