package dev.wherry.controllers.cronjob;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * When a schedule of five fields falls due (robfig/cron ParseStandard): minute, hour, day of month,
 * month, day of week; {@code *}, {@code ?}, lists, ranges, steps, names; {@code @hourly} and its
 * like, {@code @every 90s}. Where both days are restricted either fits. Times that a clock change
 * skips do not fall due; those that it repeats do once.
 */
final class CronSchedule {
  /** A schedule such as 30 February is looked for this long. */
  private static final int YEARS_MAX = 5;

  private static final Map<String, String> SHORTHANDS =
      Map.of(
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *",
          "@monthly", "0 0 1 * *",
          "@weekly", "0 0 * * 0",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@hourly", "0 * * * *");
  private static final List<String> MONTHS =
      List.of(
          "", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

  private record Field(BitSet values, boolean any) {}

  private final Optional<Duration> every;
  private final Field minutes;
  private final Field hours;
  private final Field days;
  private final Field months;
  private final Field weekdays;

  private CronSchedule(Optional<Duration> every, List<Field> fields) {
    this.every = every;
    minutes = fields.get(0);
    hours = fields.get(1);
    days = fields.get(2);
    months = fields.get(3);
    weekdays = fields.get(4);
  }

  /**
   * @throws IllegalArgumentException when the text is no schedule
   */
  static CronSchedule parse(String text) {
    String plain = text.strip();
    Optional<Duration> every = Optional.empty();
    if (plain.startsWith("@every ")) {
      every = Optional.of(interval(plain.substring("@every ".length()).strip()));
      plain = "* * * * *";
    } else if (plain.startsWith("@")) {
      String full = SHORTHANDS.get(plain.toLowerCase(Locale.ROOT));
      if (full == null) {
        throw new IllegalArgumentException("unrecognized descriptor: " + plain);
      }
      plain = full;
    }
    String[] parts = plain.split("\\s+", -1);
    if (parts.length != 5) {
      throw new IllegalArgumentException(
          "expected exactly 5 fields, found " + parts.length + ": [" + plain + "]");
    }
    return new CronSchedule(
        every,
        List.of(
            field(parts[0], 0, 59, List.of()),
            field(parts[1], 0, 23, List.of()),
            field(parts[2], 1, 31, List.of()),
            field(parts[3], 1, 12, MONTHS),
            field(parts[4], 0, 6, DAYS)));
  }

  /** Go's duration in whole seconds, such as {@code 1h30m}. */
  private static Duration interval(String text) {
    try {
      Duration parsed = Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
      Duration seconds = Duration.ofSeconds(parsed.toSeconds());
      return seconds.isPositive() ? seconds : Duration.ofSeconds(1);
    } catch (java.time.format.DateTimeParseException e) {
      throw new IllegalArgumentException("failed to parse duration @every " + text, e);
    }
  }

  private static Field field(String text, int low, int high, List<String> names) {
    BitSet values = new BitSet();
    boolean any = false;
    for (String part : text.split(",", -1)) {
      String[] stepped = part.split("/", -1);
      String[] range = stepped[0].split("-", -1);
      int first;
      int last;
      int step = 1;
      if (stepped[0].equals("*") || stepped[0].equals("?")) {
        first = low;
        last = high;
        any |= stepped.length == 1;
      } else {
        first = number(range[0], names);
        last = range.length > 1 ? number(range[1], names) : first;
        if (stepped.length > 1 && range.length == 1) {
          last = high;
        }
      }
      if (stepped.length == 2) {
        step = number(stepped[1], List.of());
      }
      if (stepped.length > 2 || range.length > 2 || step < 1) {
        throw new IllegalArgumentException("failed to parse " + part);
      }
      if (first < low || last > high || first > last) {
        throw new IllegalArgumentException("value out of range: " + part);
      }
      for (int value = first; value <= last; value += step) {
        values.set(value);
      }
    }
    return new Field(values, any);
  }

  private static int number(String text, List<String> names) {
    int named = text.isEmpty() ? -1 : names.indexOf(text.toLowerCase(Locale.ROOT));
    if (named >= 0) {
      return named;
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("failed to parse int from " + text, e);
    }
  }

  /** The first time after this one; empty when there is none for years. */
  Optional<Instant> next(Instant after, ZoneId zone) {
    if (every.isPresent()) {
      return Optional.of(Instant.ofEpochSecond(after.getEpochSecond()).plus(every.get()));
    }
    ZonedDateTime start = after.atZone(zone);
    LocalDate date = start.toLocalDate();
    LocalDate end = date.plusYears(YEARS_MAX);
    for (; date.isBefore(end); date = date.plusDays(1)) {
      if (!months.values().get(date.getMonthValue())) {
        date = date.withDayOfMonth(1).plusMonths(1).minusDays(1);
      } else if (isDay(date)) {
        Optional<Instant> time = onDay(date, after, zone);
        if (time.isPresent()) {
          return time;
        }
      }
    }
    return Optional.empty();
  }

  private boolean isDay(LocalDate date) {
    boolean day = days.values().get(date.getDayOfMonth());
    boolean weekday = weekdays.values().get(date.getDayOfWeek().getValue() % 7);
    return days.any() || weekdays.any() ? day && weekday : day || weekday;
  }

  private Optional<Instant> onDay(LocalDate date, Instant after, ZoneId zone) {
    for (int h = hours.values().nextSetBit(0); h >= 0; h = hours.values().nextSetBit(h + 1)) {
      for (int m = minutes.values().nextSetBit(0); m >= 0; m = minutes.values().nextSetBit(m + 1)) {
        LocalDateTime local = LocalDateTime.of(date, LocalTime.of(h, m));
        if (zone.getRules().getValidOffsets(local).isEmpty()) {
          continue;
        }
        Instant time = local.atZone(zone).toInstant();
        if (time.isAfter(after)) {
          return Optional.of(time);
        }
      }
    }
    return Optional.empty();
  }
}
