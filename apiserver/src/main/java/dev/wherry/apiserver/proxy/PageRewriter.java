package dev.wherry.apiserver.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites the links of an HTML page while it passes (apimachinery proxy.Transport names the
 * attributes). It keeps no more than the tag that has begun. Bytes are read as Latin-1, so text in
 * any encoding that extends ASCII stays as it is.
 */
final class PageRewriter {
  /** A tag that is longer goes through as it is. */
  private static final int TAG_BYTES_MAX = 64 * 1024;

  private static final Pattern TAG =
      Pattern.compile("<([A-Za-z][A-Za-z0-9]*)((?:\\s+|/)(?:\"[^\"]*+\"|'[^']*+'|[^>\"'])*+)>");
  private static final Pattern ATTRIBUTE =
      Pattern.compile("([A-Za-z-]+)(\\s*=\\s*)(?:\"([^\"]*+)\"|'([^']*+)'|([^\\s\"'>]+))");

  private static final Map<String, Set<String>> LINKS =
      Map.ofEntries(
          Map.entry("a", Set.of("href")),
          Map.entry("applet", Set.of("codebase")),
          Map.entry("area", Set.of("href")),
          Map.entry("audio", Set.of("src")),
          Map.entry("base", Set.of("href")),
          Map.entry("blockquote", Set.of("cite")),
          Map.entry("body", Set.of("background")),
          Map.entry("button", Set.of("formaction")),
          Map.entry("command", Set.of("icon")),
          Map.entry("del", Set.of("cite")),
          Map.entry("embed", Set.of("src")),
          Map.entry("form", Set.of("action")),
          Map.entry("frame", Set.of("longdesc", "src")),
          Map.entry("head", Set.of("profile")),
          Map.entry("html", Set.of("manifest")),
          Map.entry("iframe", Set.of("longdesc", "src")),
          Map.entry("img", Set.of("longdesc", "src", "usemap")),
          Map.entry("input", Set.of("src", "usemap", "formaction")),
          Map.entry("ins", Set.of("cite")),
          Map.entry("link", Set.of("href")),
          Map.entry("object", Set.of("classid", "codebase", "data", "usemap")),
          Map.entry("q", Set.of("cite")),
          Map.entry("script", Set.of("src")),
          Map.entry("source", Set.of("src")),
          Map.entry("video", Set.of("poster", "src")));

  private final ProxyLinks links;
  private final StringBuilder begun = new StringBuilder();

  PageRewriter(ProxyLinks links) {
    this.links = links;
  }

  /** Takes a piece of the page; gives what can go out. */
  byte[] next(byte[] piece) {
    begun.append(new String(piece, StandardCharsets.ISO_8859_1));
    int tag = begun.lastIndexOf("<");
    boolean complete = tag < 0 || begun.indexOf(">", tag) >= 0;
    int whole = complete || begun.length() - tag > TAG_BYTES_MAX ? begun.length() : tag;
    String ready = begun.substring(0, whole);
    begun.delete(0, whole);
    return rewritten(ready);
  }

  /** What is left at the end of the page. */
  byte[] last() {
    String ready = begun.toString();
    begun.setLength(0);
    return rewritten(ready);
  }

  private byte[] rewritten(String html) {
    return TAG.matcher(html)
        .replaceAll(tag -> Matcher.quoteReplacement(tag(tag.group(), tag.group(1))))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private String tag(String tag, String name) {
    Set<String> attributes = LINKS.getOrDefault(name.toLowerCase(Locale.ROOT), Set.of());
    if (attributes.isEmpty()) {
      return tag;
    }
    return ATTRIBUTE
        .matcher(tag)
        .replaceAll(found -> {
          if (!attributes.contains(found.group(1).toLowerCase(Locale.ROOT))) {
            return Matcher.quoteReplacement(found.group());
          }
          int value = found.group(3) != null ? 3 : found.group(4) != null ? 4 : 5;
          int from = found.start(value) - found.start();
          int to = found.end(value) - found.start();
          String all = found.group();
          return Matcher.quoteReplacement(
              all.substring(0, from) + links.rewrite(all.substring(from, to)) + all.substring(to));
        });
  }
}
