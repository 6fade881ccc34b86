package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.QuietHeap.Figures;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class QuietHeapTest {
  private static final long MIB = 1 << 20;
  private static final Figures NOTHING = new Figures(0, 0, Duration.ZERO);

  private static Figures figures(long committed, long used, double processorSeconds) {
    return new Figures(
        committed * MIB, used * MIB, Duration.ofMillis((long) (1000 * processorSeconds)));
  }

  @Test
  void isWorth_afterAStart_waitsForRest() {
    assertFalse(QuietHeap.isWorth(figures(40, 20, 0), figures(54, 40, 4), NOTHING));
    assertTrue(QuietHeap.isWorth(figures(54, 40, 4), figures(54, 41, 4.5), NOTHING));
  }

  @Test
  void isWorth_onceCollected_waitsForMoreToCollect() {
    Figures left = figures(40, 22, 4.6);
    assertFalse(QuietHeap.isWorth(figures(40, 23, 4.6), figures(40, 33, 5), left));
    assertTrue(QuietHeap.isWorth(figures(40, 33, 5), figures(40, 34, 5.4), left));
    assertTrue(QuietHeap.isWorth(figures(90, 30, 60), figures(90, 31, 60.4), left));
  }

  @Test
  void figures_ofThisProcess_areItsOwn() {
    Figures now = Figures.now();
    assertTrue(now.committedBytes() >= now.usedBytes());
    assertTrue(now.usedBytes() > 0);
    assertTrue(now.processor().isPositive());
  }
}
