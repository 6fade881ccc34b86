package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/** Times as kubectl writes them. */
record Moments(InstantSource clock) {
  private static final DateTimeFormatter RFC_1123 =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneId.systemDefault());
  private static final String ZERO = "Mon, 01 Jan 0001 00:00:00 +0000";

  static Optional<Instant> instant(JsonNode time) {
    try {
      return time.isTextual() ? Optional.of(Instant.parse(time.asText())) : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** {@code Sat, 21 Nov 2026 10:00:00 +0000} in the zone of this host. */
  static String date(JsonNode time) {
    return instant(time).map(RFC_1123::format).orElse(ZERO);
  }

  /** How long ago, {@code <unknown>} when there is no time. */
  String since(JsonNode time) {
    return instant(time)
        .map(then -> duration(Duration.between(then, clock.instant())))
        .orElse("<unknown>");
  }

  /** One or two units, coarser the longer it is (apimachinery duration.HumanDuration). */
  static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < -1) {
      return "<invalid>";
    }
    if (seconds < 120) {
      return Math.max(0, seconds) + "s";
    }
    long minutes = seconds / 60;
    if (minutes < 10) {
      return two(minutes, "m", seconds % 60, "s");
    }
    if (minutes < 180) {
      return minutes + "m";
    }
    long hours = minutes / 60;
    if (hours < 8) {
      return two(hours, "h", minutes % 60, "m");
    }
    if (hours < 48) {
      return hours + "h";
    }
    long days = hours / 24;
    if (days < 8) {
      return two(days, "d", hours % 24, "h");
    }
    if (days < 730) {
      return days + "d";
    }
    return days < 2_920 ? two(days / 365, "y", days % 365, "d") : days / 365 + "y";
  }

  private static String two(long first, String unit, long second, String smaller) {
    return second == 0 ? first + unit : first + unit + second + smaller;
  }
}
