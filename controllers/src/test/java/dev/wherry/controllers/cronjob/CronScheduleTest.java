package dev.wherry.controllers.cronjob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Fixtures;
import dev.wherry.model.batch.v1.CronJob;
import dev.wherry.model.batch.v1.CronJobSpec;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronScheduleTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "* * * * *       | 2026-11-21T08:00:30Z | 2026-11-21T08:01:00Z",
        "*/15 * * * *    | 2026-11-21T08:00:00Z | 2026-11-21T08:15:00Z",
        "0 9-17/4 * * *  | 2026-11-21T09:00:00Z | 2026-11-21T13:00:00Z",
        "0 0 1 jan *     | 2026-11-21T08:00:00Z | 2027-01-01T00:00:00Z",
        "0 0 13 * fri    | 2026-11-21T08:00:00Z | 2026-11-27T00:00:00Z",
        "0 0 * * 0       | 2026-11-21T08:00:00Z | 2026-11-22T00:00:00Z",
        "0 0 29 2 *      | 2026-11-21T08:00:00Z | 2028-02-29T00:00:00Z",
        "@hourly         | 2026-11-21T08:00:00Z | 2026-11-21T09:00:00Z",
        "@every 1h30m    | 2026-11-21T08:00:00Z | 2026-11-21T09:30:00Z"
      })
  void next_schedule_isTheFirstTimeAfter(String schedule, Instant after, Instant expected) {
    assertEquals(Optional.of(expected), CronSchedule.parse(schedule).next(after, ZoneOffset.UTC));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "* * * *", "60 * * * *", "* * 0 * *", "5-1 * * * *", "@often", "a * * * *"})
  void parse_badText_isRefused(String schedule) {
    assertThrows(IllegalArgumentException.class, () -> CronSchedule.parse(schedule));
  }

  @Test
  void next_clockChanges_skippedTimesAreLeftOut() {
    ZoneId berlin = ZoneId.of("Europe/Berlin");
    CronSchedule nightly = CronSchedule.parse("30 2 * * *");
    // On 29 March 2026 there is no half past two.
    assertEquals(
        Optional.of(Instant.parse("2026-03-30T00:30:00Z")),
        nightly.next(Instant.parse("2026-03-28T02:00:00Z"), berlin));
  }

  @Test
  void impossibleDate_isNeverDue() {
    assertTrue(CronSchedule.parse("0 0 30 2 *").next(Fixtures.NOW, ZoneOffset.UTC).isEmpty());
  }

  private static CronJob cron(Instant created) {
    return CronJob.builder()
        .metadata(Fixtures.meta("default", "c").creationTimestamp(created).build())
        .spec(CronJobSpec.builder().schedule("*/10 * * * *").build())
        .build();
  }

  @Test
  void due_manyMissed_theLastOneCounts() {
    CronSchedule schedule = CronSchedule.parse("*/10 * * * *");
    Instant created = Instant.parse("2026-11-21T00:00:00Z");
    Instant now = Instant.parse("2026-11-21T08:05:00Z");
    DueTime due = DueTime.of(cron(created), schedule, ZoneOffset.UTC, now);
    assertEquals(Optional.of(Instant.parse("2026-11-21T08:00:00Z")), due.at());
    assertFalse(due.tooMany());
    assertTrue(
        DueTime.of(cron(created.minusSeconds(86_400)), schedule, ZoneOffset.UTC, now).tooMany());
    assertTrue(DueTime.of(cron(now), schedule, ZoneOffset.UTC, now.plusSeconds(60)).at().isEmpty());
  }
}
