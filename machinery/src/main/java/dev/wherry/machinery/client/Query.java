package dev.wherry.machinery.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Builds a path with its query; empty values are left out. */
public final class Query {
  private final StringBuilder text;
  private boolean first;

  public Query(String path) {
    this.text = new StringBuilder(path);
    this.first = path.indexOf('?') < 0;
  }

  public Query add(String name, String value) {
    if (!value.isEmpty()) {
      text.append(first ? '?' : '&').append(name).append('=');
      text.append(URLEncoder.encode(value, StandardCharsets.UTF_8));
      first = false;
    }
    return this;
  }

  public Query add(String name, boolean flag) {
    return flag ? add(name, "true") : this;
  }

  /** A part of a path with its special signs escaped. */
  public static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
