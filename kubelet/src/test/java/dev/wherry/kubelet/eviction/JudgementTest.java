package dev.wherry.kubelet.eviction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JudgementTest {
  private static final Instant START = Instant.parse("2026-11-22T02:00:00Z");
  private static final Threshold HARD =
      new Threshold(
          Signal.MEMORY_AVAILABLE,
          Amount.ofBytes(100 * Scene.MIB),
          Duration.ZERO,
          Amount.ofBytes(50 * Scene.MIB));
  private static final Threshold SOFT =
      new Threshold(
          Signal.NODEFS_AVAILABLE, Amount.parse("10%"), Duration.ofMinutes(2), Amount.NONE);
  private static final EvictionSettings SETTINGS =
      new EvictionSettings(List.of(HARD, SOFT), Duration.ofMinutes(5), Duration.ofSeconds(7));

  private static Map<Signal, Observed> memory(long mib) {
    return Map.of(Signal.MEMORY_AVAILABLE, new Observed(mib * Scene.MIB, 1_000 * Scene.MIB));
  }

  private static Map<Signal, Observed> disk(long available) {
    return Map.of(Signal.NODEFS_AVAILABLE, new Observed(available, 1_000));
  }

  @Test
  void next_hardThresholdBroken_isDueAtOnceUntilEnoughIsBack() {
    Judgement broken = Judgement.QUIET.next(SETTINGS, memory(99), START);
    assertEquals(List.of(HARD), broken.due());
    assertEquals(Set.of(Pressure.MEMORY), broken.pressures());
    Judgement tooLittle = broken.next(SETTINGS, memory(149), START.plusSeconds(10));
    assertEquals(List.of(HARD), tooLittle.due());
    Judgement enough = tooLittle.next(SETTINGS, memory(150), START.plusSeconds(20));
    assertEquals(List.of(), enough.due());
    assertEquals(List.of(), enough.next(SETTINGS, memory(101), START.plusSeconds(30)).due());
  }

  @Test
  void next_softThresholdBroken_isDueAfterItsGraceAndPressesAtOnce() {
    Judgement broken = Judgement.QUIET.next(SETTINGS, disk(99), START);
    assertEquals(Set.of(Pressure.DISK), broken.pressures());
    assertEquals(List.of(), broken.next(SETTINGS, disk(99), START.plusSeconds(119)).due());
    assertEquals(List.of(SOFT), broken.next(SETTINGS, disk(99), START.plusSeconds(120)).due());
    Judgement between = broken.next(SETTINGS, disk(100), START.plusSeconds(60));
    assertEquals(List.of(), between.next(SETTINGS, disk(99), START.plusSeconds(125)).due());
  }

  @Test
  void next_thresholdHolds_conditionStaysForTheTransitionPeriod() {
    Judgement broken = Judgement.QUIET.next(SETTINGS, memory(1), START);
    Judgement later = broken.next(SETTINGS, memory(500), START.plusSeconds(299));
    assertEquals(Set.of(Pressure.MEMORY), later.pressures());
    assertEquals(Set.of(), later.next(SETTINGS, memory(500), START.plusSeconds(300)).pressures());
  }

  @Test
  void next_signalUnknown_breaksNothing() {
    assertEquals(List.of(), Judgement.QUIET.next(SETTINGS, Map.of(), START).due());
  }

  @Test
  void scaled_smallAndLargeNodes_keepWhatIsSensible() {
    EvictionSettings tiny = EvictionSettings.scaled(256 * Scene.MIB, 32L << 30);
    assertEquals(64 * Scene.MIB, tiny.kept(Signal.MEMORY_AVAILABLE, 256 * Scene.MIB));
    EvictionSettings small = EvictionSettings.scaled(470 * Scene.MIB, 32L << 30);
    assertEquals(100 * Scene.MIB, small.kept(Signal.MEMORY_AVAILABLE, 470 * Scene.MIB));
    assertEquals((32L << 30) / 10, small.kept(Signal.NODEFS_AVAILABLE, 32L << 30));
    EvictionSettings large = EvictionSettings.scaled(64L << 30, 4_000L << 30);
    assertEquals(100 * Scene.MIB, large.kept(Signal.MEMORY_AVAILABLE, 64L << 30));
    assertEquals(10L << 30, large.kept(Signal.NODEFS_AVAILABLE, 4_000L << 30));
  }

  @Test
  void parse_whatIsNoAmount_isRefused() {
    var wrong = assertThrows(IllegalArgumentException.class, () -> Amount.parse("120%"));
    assertTrue(String.valueOf(wrong.getMessage()).startsWith("\"120%\" is neither"));
  }
}
