package dev.wherry.kubelet.server;

import dev.wherry.kubelet.log.LogOptions;
import dev.wherry.kubelet.log.LogStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of {@code /containerLogs} (rule: core/v1 PodLogOptions).
 *
 * @param previous the run before the present one
 */
record LogQuery(LogOptions options, boolean previous) {

  /**
   * @throws IllegalArgumentException with the message for the client
   */
  static LogQuery parse(Map<String, List<String>> query, Instant now) {
    @Nullable Instant since = null;
    String seconds = first(query, "sinceSeconds");
    String time = first(query, "sinceTime");
    if (!seconds.isEmpty()) {
      since = now.minusSeconds(number("sinceSeconds", seconds, 1));
    } else if (!time.isEmpty()) {
      try {
        since = OffsetDateTime.parse(time).toInstant();
      } catch (DateTimeException _) {
        throw new IllegalArgumentException("sinceTime must be an RFC 3339 time, is " + time);
      }
    }
    String tail = first(query, "tailLines");
    String limit = first(query, "limitBytes");
    LogStream stream =
        switch (first(query, "stream")) {
          case "Stdout" -> LogStream.STDOUT;
          case "Stderr" -> LogStream.STDERR;
          default -> null;
        };
    return new LogQuery(
        new LogOptions(
            flag(query, "follow"),
            tail.isEmpty() || tail.equals("all") ? -1 : number("tailLines", tail, 0),
            since,
            limit.isEmpty() ? -1 : number("limitBytes", limit, 1),
            flag(query, "timestamps"),
            stream),
        flag(query, "previous"));
  }

  private static long number(String name, String text, long min) {
    try {
      long number = Long.parseLong(text);
      if (number >= min) {
        return number;
      }
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException(name + " must be a number, is " + text);
    }
    throw new IllegalArgumentException(name + " must be at least " + min + ", is " + text);
  }

  private static boolean flag(Map<String, List<String>> query, String name) {
    String text = first(query, name);
    return text.equals("true") || text.equals("1") || text.equals("t");
  }

  private static String first(Map<String, List<String>> query, String name) {
    List<String> values = query.getOrDefault(name, List.of());
    return values.isEmpty() ? "" : values.getFirst();
  }
}
