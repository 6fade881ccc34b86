package dev.wherry.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations on the command line, as Go's tools write them: {@code 1h30m}, {@code 45s}, {@code 0}.
 */
final class Durations {
  private static final Pattern FORM =
      Pattern.compile("(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?");

  private Durations() {}

  /**
   * @throws IllegalArgumentException with a sentence for the user
   */
  static Duration parse(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    Matcher parts = FORM.matcher(text);
    if (text.isEmpty() || !parts.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no time; write 30m, 24h or 1h30m");
    }
    return Duration.ofHours(part(parts, 1)).plusMinutes(part(parts, 2)).plusSeconds(part(parts, 3));
  }

  /**
   * What a flag says.
   *
   * @throws IllegalArgumentException with a sentence that names it
   */
  static Duration parse(String flag, String text) {
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(flag + ": " + e.getMessage(), e);
    }
  }

  private static long part(Matcher parts, int group) {
    String digits = parts.group(group);
    return digits == null ? 0 : Long.parseLong(digits);
  }

  /** Hours and minutes for people; what is over is "expired". */
  static String text(Duration time) {
    if (!time.isPositive()) {
      return "expired";
    }
    return time.toHours() > 0
        ? time.toHours() + "h" + time.toMinutesPart() + "m"
        : time.toMinutes() + "m" + time.toSecondsPart() + "s";
  }
}
