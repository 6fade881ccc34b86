package dev.wherry.model;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** The two texts of a moment: meta/v1 Time in seconds, MicroTime in microseconds, both UTC. */
public final class Times {
  private static final DateTimeFormatter MICRO =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private Times() {}

  /** {@code 2026-11-21T07:00:00Z}; parts of a second are cut off. */
  public static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** {@code 2026-11-21T07:00:00.123456Z}. */
  public static String microTime(Instant instant) {
    return MICRO.format(instant);
  }
}
