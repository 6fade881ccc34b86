package dev.wherry.kubelet.image;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Which images a pattern such as {@code *.registry.io:8080/path} means (rule: upstream's
 * URLsMatchStr): as many parts of the host, a star within one part only, the same port, and a path
 * that begins so.
 */
final class ImagePatterns {
  private static final Pattern SCHEME = Pattern.compile("^[a-z]+://");

  private ImagePatterns() {}

  private record Place(List<String> host, String port, String path) {
    static Place of(String text) {
      String plain = SCHEME.matcher(text).replaceFirst("");
      int slash = plain.indexOf('/');
      String host = slash < 0 ? plain : plain.substring(0, slash);
      int colon = host.lastIndexOf(':');
      return new Place(
          List.of((colon < 0 ? host : host.substring(0, colon)).split("\\.", -1)),
          colon < 0 ? "" : host.substring(colon + 1),
          slash < 0 ? "" : plain.substring(slash));
    }
  }

  static boolean matches(String pattern, String image) {
    Place wanted = Place.of(pattern);
    Place asked = Place.of(image);
    if (!wanted.port().equals(asked.port())
        || wanted.host().size() != asked.host().size()
        || !asked.path().startsWith(wanted.path())) {
      return false;
    }
    for (int i = 0; i < wanted.host().size(); i++) {
      if (!part(wanted.host().get(i), asked.host().get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean part(String pattern, String text) {
    StringBuilder regex = new StringBuilder();
    for (char c : pattern.toCharArray()) {
      regex.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return Pattern.matches(regex.toString(), text);
  }
}
