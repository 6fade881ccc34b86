package dev.wherry.kubelet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PullTimeTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  @Test
  void spent_pullsSideBySide_countOnce() {
    PullTime time = new PullTime();
    time.look(true, NOW);
    time.look(true, NOW.plusSeconds(2));
    assertEquals(Duration.ZERO, time.spent(), "they are under way");
    time.look(false, NOW.plusSeconds(5));
    time.look(false, NOW.plusSeconds(50));
    time.look(true, NOW.plusSeconds(60));
    time.look(false, NOW.plusSeconds(61));
    assertEquals(Duration.ofSeconds(6), time.spent());
  }
}
