package dev.wherry.kubelet.image;

import java.util.Optional;
import java.util.regex.Pattern;

/** Full image names from short ones (rule: distribution's reference grammar). */
public final class ImageNames {
  private static final int NAME_CHARS_MAX = 255;
  private static final String COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
  private static final String DOMAIN =
      "(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?";
  private static final Pattern PATH = Pattern.compile(COMPONENT + "(?:/" + COMPONENT + ")*");
  private static final Pattern DOMAIN_ONLY = Pattern.compile(DOMAIN);
  private static final Pattern TAG = Pattern.compile("[\\w][\\w.-]{0,127}");
  private static final Pattern DIGEST =
      Pattern.compile("[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}");
  private static final String DEFAULT_DOMAIN = "docker.io";

  private ImageNames() {}

  /**
   * The full name with domain and tag or digest, {@code busybox} giving
   * docker.io/library/busybox:latest; empty when it cannot be a name.
   */
  public static Optional<String> normalise(String image) {
    String digest = "";
    String rest = image;
    int at = rest.indexOf('@');
    if (at >= 0) {
      digest = rest.substring(at + 1);
      rest = rest.substring(0, at);
      if (!DIGEST.matcher(digest).matches()) {
        return Optional.empty();
      }
    }
    String tag = "";
    int colon = rest.lastIndexOf(':');
    if (colon > rest.lastIndexOf('/')) {
      tag = rest.substring(colon + 1);
      rest = rest.substring(0, colon);
      if (!TAG.matcher(tag).matches()) {
        return Optional.empty();
      }
    }
    return named(rest).map(suffix(tag, digest)::appendTo);
  }

  private record Suffix(String text) {
    String appendTo(String name) {
      return name + text;
    }
  }

  private static Suffix suffix(String tag, String digest) {
    if (!digest.isEmpty()) {
      return new Suffix((tag.isEmpty() ? "" : ":" + tag) + "@" + digest);
    }
    return new Suffix(":" + (tag.isEmpty() ? "latest" : tag));
  }

  private static Optional<String> named(String name) {
    int slash = name.indexOf('/');
    String first = slash < 0 ? "" : name.substring(0, slash);
    boolean hasDomain =
        first.indexOf('.') >= 0
            || first.indexOf(':') >= 0
            || first.equals("localhost")
            || !first.equals(first.toLowerCase(java.util.Locale.ROOT));
    String domain = hasDomain ? first : DEFAULT_DOMAIN;
    String path = hasDomain ? name.substring(slash + 1) : name;
    if (domain.equals("index.docker.io")) {
      domain = DEFAULT_DOMAIN;
    }
    if (domain.equals(DEFAULT_DOMAIN) && path.indexOf('/') < 0) {
      path = "library/" + path;
    }
    boolean fits = domain.length() + 1 + path.length() <= NAME_CHARS_MAX;
    if (!fits || !DOMAIN_ONLY.matcher(domain).matches() || !PATH.matcher(path).matches()) {
      return Optional.empty();
    }
    return Optional.of(domain + "/" + path);
  }

  /** Whether the policy default is Always: no tag, or {@code :latest}, and no digest. */
  public static boolean isLatest(String image) {
    return normalise(image).map(name -> name.endsWith(":latest")).orElse(false);
  }
}
