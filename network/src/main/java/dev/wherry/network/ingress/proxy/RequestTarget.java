package dev.wherry.network.ingress.proxy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a request goes, in one form (RFC 9112, 3.2; RFC 3986, 6.2.2): dots in a path are resolved
 * and letters that need no escape are not escaped, so that a rule and a backend cannot read one
 * path in two ways.
 *
 * @param authority of a target in absolute form; "" otherwise
 * @param path begins with a slash, or is the star of OPTIONS
 * @param query with its question mark; "" for none
 */
record RequestTarget(String authority, String path, String query) {
  private static final int HEX = 16;
  private static final int ESCAPE_CHARS = 3;

  /** Empty where the text is none that may be passed on. */
  static Optional<RequestTarget> parse(String text) {
    if (!printable(text)) {
      return Optional.empty();
    }
    if (text.equals("*")) {
      return Optional.of(new RequestTarget("", "*", ""));
    }
    String authority = "";
    String rest = text;
    int scheme = text.indexOf("://");
    if (!text.startsWith("/") && scheme > 0) {
      String name = text.substring(0, scheme).toLowerCase(Locale.ROOT);
      int end = firstOf(text, scheme + 3);
      authority = text.substring(scheme + 3, end);
      rest =
          end == text.length() || text.charAt(end) == '?'
              ? "/" + text.substring(end)
              : text.substring(end);
      if (!(name.equals("http") || name.equals("https")) || authority.isEmpty()) {
        return Optional.empty();
      }
    }
    if (!rest.startsWith("/")) {
      return Optional.empty();
    }
    int question = rest.indexOf('?');
    String path = question < 0 ? rest : rest.substring(0, question);
    String query = question < 0 ? "" : rest.substring(question);
    String where = authority;
    return normalised(path).map(clean -> new RequestTarget(where, clean, query));
  }

  private static int firstOf(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) == '/' || text.charAt(i) == '?') {
        return i;
      }
    }
    return text.length();
  }

  private static boolean printable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '#' || c == '\\') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static Optional<String> normalised(String path) {
    if (path.indexOf('%') < 0) {
      return path.contains("/.") ? withoutDots(path) : Optional.of(path);
    }
    StringBuilder out = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '%') {
        out.append(c);
        continue;
      }
      int value = escaped(path, i);
      if (value <= 0) {
        return Optional.empty();
      }
      if (unreserved(value)) {
        out.append((char) value);
      } else {
        out.append(path, i, i + ESCAPE_CHARS);
      }
      i += ESCAPE_CHARS - 1;
    }
    String text = out.toString();
    return text.contains("/.") ? withoutDots(text) : Optional.of(text);
  }

  /** The byte; -1 where it is no escape. A NUL is none that anybody means well. */
  private static int escaped(String text, int at) {
    if (at + 2 >= text.length()) {
      return -1;
    }
    int high = Character.digit(text.charAt(at + 1), HEX);
    int low = Character.digit(text.charAt(at + 2), HEX);
    return high < 0 || low < 0 ? -1 : high * HEX + low;
  }

  private static boolean unreserved(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }

  /** Empty where the path leads above its root. */
  private static Optional<String> withoutDots(String path) {
    Deque<String> kept = new ArrayDeque<>();
    String[] elements = path.substring(1).split("/", -1);
    for (int i = 0; i < elements.length; i++) {
      boolean last = i == elements.length - 1;
      switch (elements[i]) {
        case "." -> {
          if (last) {
            kept.addLast("");
          }
        }
        case ".." -> {
          if (kept.pollLast() == null) {
            return Optional.empty();
          }
          if (last) {
            kept.addLast("");
          }
        }
        default -> kept.addLast(elements[i]);
      }
    }
    return Optional.of("/" + String.join("/", kept));
  }

  /**
   * The host of an authority: lower case, without port and without a dot at its end.
   *
   * @return empty where it is no host
   */
  static Optional<String> host(String authority) {
    int end = authority.lastIndexOf(':');
    boolean literal = authority.startsWith("[");
    if (literal) {
      int close = authority.indexOf(']');
      if (close < 0 || (close + 1 < authority.length() && authority.charAt(close + 1) != ':')) {
        return Optional.empty();
      }
      end = close + 1 < authority.length() ? close + 1 : -1;
    }
    String host = end < 0 ? authority : authority.substring(0, end);
    if (host.isEmpty() || (end >= 0 && !port(authority.substring(end + 1)))) {
      return Optional.empty();
    }
    String body = literal ? host.substring(1, host.length() - 1) : host;
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      boolean plain =
          c < 0x7f && (Character.isLetterOrDigit(c) || c == '-' || c == '.' || c == '_');
      if (!plain && !(literal && c == ':')) {
        return Optional.empty();
      }
    }
    String lower = host.toLowerCase(Locale.ROOT);
    return Optional.of(
        lower.length() > 1 && lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower);
  }

  private static boolean port(String text) {
    return text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
