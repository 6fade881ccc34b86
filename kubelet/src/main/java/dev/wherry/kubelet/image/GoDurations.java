package dev.wherry.kubelet.image;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them: printed to the millisecond, read to the nanosecond. */
public final class GoDurations {
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final long SECONDS_PER_MINUTE = 60;

  private static final Pattern PART =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(h|ms|m|s|us|\u00b5s|ns)");

  private static final Map<String, BigDecimal> NANOS =
      Map.of(
          "h", BigDecimal.valueOf(3_600_000_000_000L),
          "m", BigDecimal.valueOf(60_000_000_000L),
          "s", BigDecimal.valueOf(1_000_000_000L),
          "ms", BigDecimal.valueOf(1_000_000L),
          "us", BigDecimal.valueOf(1_000L),
          "\u00b5s", BigDecimal.valueOf(1_000L),
          "ns", BigDecimal.ONE);

  private GoDurations() {}

  /** {@code 1h30m}, {@code 45s}, {@code 1.5s}, {@code 100ms}, {@code 0}; empty for what is none. */
  public static Optional<Duration> parse(String text) {
    if (text.equals("0")) {
      return Optional.of(Duration.ZERO);
    }
    Matcher parts = PART.matcher(text);
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (parts.find() && parts.start() == end) {
      nanos = nanos.add(new BigDecimal(parts.group(1)).multiply(NANOS.get(parts.group(2))));
      end = parts.end();
    }
    return end == 0 || end != text.length()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(nanos.longValue()));
  }

  /** To the millisecond: {@code 1m0.5s}. */
  public static String text(Duration duration) {
    long millis = duration.toMillis();
    if (millis < MILLIS_PER_SECOND) {
      return millis + "ms";
    }
    long minutes = duration.toMinutes();
    double seconds = (millis - minutes * SECONDS_PER_MINUTE * MILLIS_PER_SECOND) / 1000.0;
    String text = String.format(Locale.ROOT, "%.3f", seconds).replaceFirst("\\.?0+$", "") + "s";
    return minutes > 0 ? minutes + "m" + text : text;
  }
}
