package dev.wherry.cli.client.verb;

import dev.wherry.cli.client.failure.ClientException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them: {@code 1h30m}, {@code 2.5s}, {@code 100ms}. */
public final class GoDuration {
  private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");
  private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000);

  private GoDuration() {}

  /**
   * @throws IllegalArgumentException when the text is no duration
   */
  public static Duration parse(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    if (text.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    Matcher matcher = PART.matcher(text);
    BigDecimal nanos = BigDecimal.ZERO;
    int at = 0;
    while (matcher.find() && matcher.start() == at) {
      at = matcher.end();
      nanos = nanos.add(new BigDecimal(matcher.group(1)).multiply(unit(matcher.group(2))));
    }
    if (at != text.length() || text.isEmpty()) {
      throw new IllegalArgumentException("time: invalid duration \"" + text + "\"");
    }
    return Duration.ofNanos(nanos.longValue());
  }

  /**
   * The value of a flag.
   *
   * @throws ClientException when it is no duration
   */
  public static Duration flag(String flag, String text) {
    boolean negative = text.startsWith("-");
    try {
      Duration duration = parse(negative ? text.substring(1) : text);
      return negative ? duration.negated() : duration;
    } catch (IllegalArgumentException e) {
      throw ClientException.error(
          "invalid argument \"%s\" for \"%s\" flag: %s".formatted(text, flag, e.getMessage()));
    }
  }

  /** {@code 1h0m5s} as Go prints it, whole seconds. */
  public static String text(Duration duration) {
    long seconds = duration.toSeconds();
    long hours = seconds / 3_600;
    long minutes = seconds % 3_600 / 60;
    return (hours > 0 ? hours + "h" : "")
        + (hours > 0 || minutes > 0 ? minutes + "m" : "")
        + seconds % 60
        + "s";
  }

  private static BigDecimal unit(String unit) {
    return switch (unit) {
      case "ns" -> BigDecimal.ONE;
      case "us", "µs" -> BigDecimal.valueOf(1_000);
      case "ms" -> BigDecimal.valueOf(1_000_000);
      case "s" -> NANOS_PER_SECOND;
      case "m" -> NANOS_PER_SECOND.multiply(BigDecimal.valueOf(60));
      default -> NANOS_PER_SECOND.multiply(BigDecimal.valueOf(3_600));
    };
  }
}
