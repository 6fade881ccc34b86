package dev.wherry.apiserver.structural;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.time.Duration;
import java.util.Optional;

/** Durations in Go's notation, such as {@code 1h30m} or {@code -1.5s} (Go time.ParseDuration). */
public final class GoDurations {
  private static final String UNIT = "(ns|us|µs|μs|ms|s|m|h)";
  private static final Pattern PART = Pattern.compile("([0-9]+\\.?[0-9]*|\\.[0-9]+)" + UNIT);
  private static final Pattern WHOLE =
      Pattern.compile("[-+]?(0|(([0-9]+\\.?[0-9]*|\\.[0-9]+)" + UNIT + ")+)");

  /** Go holds 64 bits of nanoseconds: 292 years. */
  private static final double NANOS_MAX = Long.MAX_VALUE;

  private GoDurations() {}

  /** Reads a text; empty when it is no duration or too long a one. */
  public static Optional<Duration> read(String text) {
    return WHOLE.matches(text) && Math.abs(nanos(text)) < NANOS_MAX
        ? Optional.of(parse(text))
        : Optional.empty();
  }

  /** The duration of a text that is known to be one. */
  public static Duration parse(String text) {
    return Duration.ofNanos(Math.round(nanos(text)));
  }

  private static double nanos(String text) {
    Matcher parts = PART.matcher(text);
    double total = 0;
    while (parts.find()) {
      total += Double.parseDouble(parts.group(1)) * nanosOf(parts.group(2));
    }
    return text.startsWith("-") ? -total : total;
  }

  private static double nanosOf(String unit) {
    return switch (unit) {
      case "h" -> 3600e9;
      case "m" -> 60e9;
      case "s" -> 1e9;
      case "ms" -> 1e6;
      case "us", "µs", "μs" -> 1e3;
      default -> 1;
    };
  }
}
