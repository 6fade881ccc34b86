package dev.wherry.kubelet.eviction;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is broken, since when, and what follows; one judgement follows from the one before it. Pure
 * (rule: synchronize of upstream's eviction manager).
 *
 * @param firstBroken since when a threshold is broken
 * @param lastPressed when a pressure was last seen
 * @param pressures the node's conditions: seen within the transition period
 * @param due thresholds whose grace is over, the most pressing first
 */
record Judgement(
    Map<Threshold, Instant> firstBroken,
    Map<Pressure, Instant> lastPressed,
    Set<Pressure> pressures,
    List<Threshold> due) {
  static final Judgement QUIET = new Judgement(Map.of(), Map.of(), Set.of(), List.of());

  Judgement {
    due = List.copyOf(due);
  }

  Judgement next(EvictionSettings settings, Map<Signal, Observed> observed, Instant now) {
    Map<Threshold, Instant> broken = new LinkedHashMap<>();
    Map<Pressure, Instant> pressed = new EnumMap<>(Pressure.class);
    pressed.putAll(lastPressed);
    for (Threshold threshold : settings.thresholds()) {
      Observed value = observed.get(threshold.signal());
      if (value != null && threshold.broken(value, due.contains(threshold))) {
        broken.put(threshold, firstBroken.getOrDefault(threshold, now));
        pressed.put(threshold.signal().pressure(), now);
      }
    }
    return new Judgement(
        broken, pressed, since(pressed, settings.transition(), now), due(broken, now));
  }

  private static Set<Pressure> since(
      Map<Pressure, Instant> pressed, Duration transition, Instant now) {
    Set<Pressure> seen = EnumSet.noneOf(Pressure.class);
    pressed.forEach((pressure, at) -> {
      if (at.equals(now) || Duration.between(at, now).compareTo(transition) < 0) {
        seen.add(pressure);
      }
    });
    return seen;
  }

  private static List<Threshold> due(Map<Threshold, Instant> broken, Instant now) {
    List<Threshold> due = new ArrayList<>();
    broken.forEach((threshold, since) -> {
      if (Duration.between(since, now).compareTo(threshold.grace()) >= 0) {
        due.add(threshold);
      }
    });
    due.sort(Comparator.comparing(Threshold::signal).thenComparing(Threshold::grace));
    return due;
  }
}
