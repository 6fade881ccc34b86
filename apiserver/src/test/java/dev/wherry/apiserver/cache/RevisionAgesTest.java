package dev.wherry.apiserver.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RevisionAgesTest {
  private long nanos = Long.MAX_VALUE - Duration.ofMinutes(5).toNanos();
  private final RevisionAges ages = new RevisionAges(() -> nanos);

  private OptionalLong after(Duration time, long revision) {
    nanos += time.toNanos();
    return ages.passed(revision);
  }

  @Test
  void revision_isOldAfterTenMinutes_whetherOthersCameOrNot() {
    assertEquals(OptionalLong.empty(), after(Duration.ZERO, 5));
    assertEquals(OptionalLong.empty(), after(Duration.ofSeconds(30), 6));
    assertEquals(OptionalLong.empty(), after(Duration.ofSeconds(30), 7));
    assertEquals(OptionalLong.empty(), after(Duration.ofMinutes(8), 8));
    assertEquals(OptionalLong.of(5), after(Duration.ofMinutes(1), 9));
    assertEquals(OptionalLong.empty(), after(Duration.ofSeconds(30), 10));
    assertEquals(OptionalLong.of(9), after(Duration.ofHours(1), 11));
  }
}
