package dev.wherry.runtime.images;

import java.util.regex.Pattern;

/**
 * A full image reference, by the rules of Docker's reference grammar: {@code busybox} means {@code
 * docker.io/library/busybox:latest}.
 *
 * @param domain registry host, with its port if any
 * @param path repository in the registry
 * @param tag empty when only a digest is given
 * @param digest {@code sha256:...}, or empty
 */
public record ImageName(String domain, String path, String tag, String digest) {
  private static final String DEFAULT_DOMAIN = "docker.io";
  private static final String DEFAULT_TAG = "latest";
  private static final int LENGTH_MAX = 512;
  private static final Pattern PATH =
      Pattern.compile(
          "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");
  private static final Pattern DOMAIN =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?");
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  /**
   * Parses what a person or a pod writes.
   *
   * @throws IllegalArgumentException when it is no image reference
   */
  public static ImageName parse(String text) {
    String rest = text;
    String digest = "";
    int at = rest.indexOf('@');
    if (at >= 0) {
      digest = nonEmpty(text, rest.substring(at + 1));
      rest = rest.substring(0, at);
    }
    String tag = "";
    int colon = rest.lastIndexOf(':');
    if (colon > rest.lastIndexOf('/')) {
      tag = nonEmpty(text, rest.substring(colon + 1));
      rest = rest.substring(0, colon);
    } else if (digest.isEmpty()) {
      tag = DEFAULT_TAG;
    }
    String domain = DEFAULT_DOMAIN;
    String path = rest;
    int slash = rest.indexOf('/');
    if (slash > 0 && isDomain(rest.substring(0, slash))) {
      domain = rest.substring(0, slash);
      path = rest.substring(slash + 1);
    }
    if (domain.equals("index.docker.io")) {
      domain = DEFAULT_DOMAIN;
    }
    if (domain.equals(DEFAULT_DOMAIN) && path.indexOf('/') < 0) {
      path = "library/" + path;
    }
    var name = new ImageName(domain, path, tag, digest);
    if (!name.isValid() || text.length() > LENGTH_MAX) {
      throw new IllegalArgumentException("'" + text + "' is no image name");
    }
    return name;
  }

  private static String nonEmpty(String text, String part) {
    if (part.isEmpty()) {
      throw new IllegalArgumentException("'" + text + "' is no image name");
    }
    return part;
  }

  private static boolean isDomain(String first) {
    return first.indexOf('.') >= 0
        || first.indexOf(':') >= 0
        || first.equals("localhost")
        || !first.equals(first.toLowerCase(java.util.Locale.ROOT));
  }

  private boolean isValid() {
    return DOMAIN.matcher(domain).matches()
        && PATH.matcher(path).matches()
        && (tag.isEmpty() || TAG.matcher(tag).matches())
        && (digest.isEmpty() || DIGEST.matcher(digest).matches());
  }

  /** Registry and repository. */
  public String repository() {
    return domain + "/" + path;
  }

  /** Tag, or digest where one is given: what a registry is asked for. */
  public String reference() {
    return digest.isEmpty() ? tag : digest;
  }

  @Override
  public String toString() {
    return repository() + (tag.isEmpty() ? "" : ":" + tag) + (digest.isEmpty() ? "" : "@" + digest);
  }
}
