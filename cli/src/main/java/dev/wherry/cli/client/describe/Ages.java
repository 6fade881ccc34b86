package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** How long ago events were, as kubectl's events writes it. */
public final class Ages {
  private Ages() {}

  /** The last time an event was seen, the beginning of time when nobody said. */
  public static Instant lastSeen(JsonNode event) {
    List<JsonNode> times =
        List.of(
            event.path("series").path("lastObservedTime"),
            event.path("lastTimestamp"),
            event.path("eventTime"));
    return times.stream()
        .flatMap(time -> Moments.instant(time).stream())
        .findFirst()
        .orElse(Instant.EPOCH);
  }

  /** {@code 5m}, or {@code 3s (x4 over 5m)} for one that was seen again. */
  public static String ofEvent(JsonNode event, InstantSource clock) {
    Moments moments = new Moments(clock);
    boolean exact = Moments.instant(event.path("eventTime")).isPresent();
    String first = moments.since(exact ? event.path("eventTime") : event.path("firstTimestamp"));
    JsonNode series = event.path("series");
    if (series.isObject()) {
      return "%s (x%d over %s)"
          .formatted(
              moments.since(series.path("lastObservedTime")), series.path("count").asInt(), first);
    }
    int count = event.path("count").asInt();
    return count > 1
        ? "%s (x%d over %s)".formatted(moments.since(event.path("lastTimestamp")), count, first)
        : first;
  }
}
