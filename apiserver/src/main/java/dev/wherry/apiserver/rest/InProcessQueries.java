package dev.wherry.apiserver.rest;

import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.client.WatchOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Options as query parameters, so that both faces read, check and refuse them in one place. */
final class InProcessQueries {
  private final StringBuilder text = new StringBuilder();

  private InProcessQueries() {}

  static String of(ListOptions options) {
    return new InProcessQueries()
        .add("labelSelector", options.labelSelector())
        .add("fieldSelector", options.fieldSelector())
        .add("limit", options.limit() == 0 ? "" : Integer.toString(options.limit()))
        .add("continue", options.continueToken())
        .add("resourceVersion", options.resourceVersion())
        .add("resourceVersionMatch", options.resourceVersionMatch())
        .text
        .toString();
  }

  static String of(WatchOptions options) {
    Duration time = options.timeout();
    InProcessQueries query =
        new InProcessQueries()
            .add("watch", "true")
            .add("labelSelector", options.labelSelector())
            .add("fieldSelector", options.fieldSelector())
            .add("resourceVersion", options.resourceVersion())
            .add("allowWatchBookmarks", options.bookmarks() ? "true" : "")
            .add(
                "timeoutSeconds",
                time.isZero() ? "" : Long.toString(Math.max(1, time.toSeconds())));
    if (options.sendInitialEvents()) {
      query.add("sendInitialEvents", "true").add("resourceVersionMatch", "NotOlderThan");
    }
    return query.text.toString();
  }

  private InProcessQueries add(String name, String value) {
    if (!value.isEmpty()) {
      text.append(text.isEmpty() ? '?' : '&').append(name).append('=');
      text.append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
    return this;
  }
}
