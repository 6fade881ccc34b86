package dev.wherry.apiserver.proxy;

/**
 * Rewrites links of a proxied server so that a browser stays behind the proxy's path (apimachinery
 * proxy.Transport).
 *
 * @param prefix the path up to and with {@code /proxy}
 * @param backendHost host and port of the server behind
 * @param requestHost the Host header of the client's request
 */
record ProxyLinks(String prefix, String backendHost, String requestHost) {
  /** A link as the server behind wrote it: other hosts and relative paths stay as they are. */
  String rewrite(String link) {
    int authorityAt = authorityAt(link);
    int pathAt = authorityAt < 0 ? 0 : end(link, authorityAt);
    String host = authorityAt < 0 ? "" : link.substring(authorityAt, pathAt);
    boolean toClient = !host.isEmpty() && host.equals(requestHost);
    if (!host.isEmpty() && !host.equals(backendHost) && !toClient) {
      return link;
    }
    String path = link.substring(pathAt);
    if (!path.startsWith("/")) {
      return link;
    }
    String kept = toClient ? link.substring(0, pathAt) : "";
    return kept + (path.startsWith(prefix + "/") ? path : prefix + path);
  }

  /** Where a link's host begins; -1 without one. */
  private static int authorityAt(String link) {
    if (link.startsWith("//")) {
      return 2;
    }
    if (link.regionMatches(true, 0, "http://", 0, 7)) {
      return 7;
    }
    return link.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
  }

  private static int end(String link, int from) {
    int at = from;
    while (at < link.length() && "/?#".indexOf(link.charAt(at)) < 0) {
      at++;
    }
    return at;
  }
}
