package dev.wherry.kubelet.image;

import java.time.Duration;
import java.util.Locale;

/** Durations as upstream's messages print them, to the millisecond. */
final class GoDurations {
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final long SECONDS_PER_MINUTE = 60;

  private GoDurations() {}

  static String text(Duration duration) {
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
