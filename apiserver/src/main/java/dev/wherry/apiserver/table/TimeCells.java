package dev.wherry.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Durations as kubectl shows them (apimachinery util/duration HumanDuration). */
final class TimeCells {
  private TimeCells() {}

  static String age(JsonNode object, Instant now) {
    return since(Fields.get(object, "metadata", "creationTimestamp"), now);
  }

  static String createdAt(JsonNode object) {
    return Fields.text(object, "metadata", "creationTimestamp");
  }

  /** Time since a timestamp field, {@code <unknown>} when it is absent or no time. */
  static String since(JsonNode timestamp, Instant now) {
    return instant(timestamp).map(t -> human(Duration.between(t, now))).orElse(Fields.UNKNOWN);
  }

  static Optional<Instant> instant(JsonNode timestamp) {
    if (!timestamp.isTextual()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(timestamp.textValue()));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** At most two units, fewer the longer it is: 90s, 5m30s, 2h, 7d23h, 3y. */
  static String human(Duration duration) {
    // Go truncates towards zero, java.time floors: a clock one second ahead is still "0s".
    long seconds = duration.toMillis() / 1000;
    if (seconds < -1) {
      return "<invalid>";
    }
    if (seconds < 0) {
      return "0s";
    }
    if (seconds < 60 * 2) {
      return seconds + "s";
    }
    long minutes = seconds / 60;
    if (minutes < 10) {
      return two(minutes, "m", seconds % 60, "s");
    }
    if (minutes < 60 * 3) {
      return minutes + "m";
    }
    long hours = minutes / 60;
    if (hours < 8) {
      return two(hours, "h", minutes % 60, "m");
    }
    if (hours < 48) {
      return hours + "h";
    }
    if (hours < 24 * 8) {
      return two(hours / 24, "d", hours % 24, "h");
    }
    if (hours < 24 * 365 * 2) {
      return hours / 24 + "d";
    }
    long years = hours / 24 / 365;
    return hours < 24 * 365 * 8 ? two(years, "y", hours / 24 % 365, "d") : years + "y";
  }

  private static String two(long major, String majorUnit, long minor, String minorUnit) {
    return minor == 0 ? major + majorUnit : major + majorUnit + minor + minorUnit;
  }
}
