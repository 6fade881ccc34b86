package dev.wherry.kubelet.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** How long a pod's worker rests, whenever the next thing is due. */
class PodPauseTest {
  private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");

  @Test
  void pause_reachesNoFurtherThanTheQuietTime_andNeverBack() {
    assertEquals(Duration.ofSeconds(7), PodWorker.pause(NOW, NOW.plusSeconds(7)));
    assertEquals(Duration.ZERO, PodWorker.pause(NOW, NOW));
    assertEquals(Duration.ZERO, PodWorker.pause(NOW, Instant.MIN));
    assertEquals(Duration.ofMinutes(5), PodWorker.pause(NOW, Instant.MAX));
  }
}
