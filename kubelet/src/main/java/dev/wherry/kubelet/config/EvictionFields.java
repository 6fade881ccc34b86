package dev.wherry.kubelet.config;

import dev.wherry.kubelet.eviction.Amount;
import dev.wherry.kubelet.eviction.EvictionSettings;
import dev.wherry.kubelet.eviction.Signal;
import dev.wherry.kubelet.eviction.Threshold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fields that tell when pods have to go (rule: upstream's ParseThresholdConfig). Pure. */
final class EvictionFields {
  private static final String HARD = "evictionHard";
  private static final String SOFT = "evictionSoft";
  private static final String GRACE = "evictionSoftGracePeriod";
  private static final String RECLAIM = "evictionMinimumReclaim";
  private static final long GRACE_SECONDS_MAX = Integer.MAX_VALUE;

  private final Reader file;

  EvictionFields(Reader file) {
    this.file = file;
  }

  /**
   * @param defaults hold where evictionHard does not stand, and beside it where it says so
   */
  EvictionSettings read(EvictionSettings defaults) {
    Map<Signal, Amount> reclaim = amounts(RECLAIM);
    List<Threshold> thresholds = new ArrayList<>(hard(defaults, reclaim));
    Map<Signal, Amount> soft = amounts(SOFT);
    Map<Signal, Duration> grace = graces();
    soft.forEach((signal, amount) -> {
      Duration period = grace.get(signal);
      if (period == null) {
        file.wrong(GRACE, "grace period must be specified for " + SOFT + "[" + signal.text() + "]");
      } else {
        thresholds.add(
            new Threshold(signal, amount, period, reclaim.getOrDefault(signal, Amount.NONE)));
      }
    });
    return new EvictionSettings(
        thresholds,
        file.duration("evictionPressureTransitionPeriod").orElse(defaults.transition()),
        Duration.ofSeconds(
            file.number("evictionMaxPodGracePeriod", 0, GRACE_SECONDS_MAX)
                .orElse(defaults.graceMax().toSeconds())));
  }

  private List<Threshold> hard(EvictionSettings defaults, Map<Signal, Amount> reclaim) {
    Map<Signal, Amount> own = amounts(HARD);
    boolean merge = !file.has(HARD) || file.flag("mergeDefaultEvictionSettings").orElse(false);
    Map<Signal, Amount> all = new EnumMap<>(Signal.class);
    if (merge) {
      defaults.thresholds().forEach(known -> all.put(known.signal(), known.below()));
    }
    all.putAll(own);
    // Upstream switches a threshold off by 0 or 0%.
    all.values().removeIf(Amount::isNone);
    return all.entrySet().stream()
        .map(e ->
            new Threshold(
                e.getKey(),
                e.getValue(),
                Duration.ZERO,
                reclaim.getOrDefault(e.getKey(), Amount.NONE)))
        .toList();
  }

  private Map<Signal, Amount> amounts(String field) {
    Map<Signal, Amount> amounts = new EnumMap<>(Signal.class);
    file.map(field)
        .forEach((name, text) ->
            signal(field, name)
                .ifPresent(signal -> {
                  try {
                    amounts.put(signal, Amount.parse(text));
                  } catch (IllegalArgumentException e) {
                    file.wrong(field + "[" + name + "]", String.valueOf(e.getMessage()));
                  }
                }));
    return amounts;
  }

  private Map<Signal, Duration> graces() {
    Map<Signal, Duration> graces = new EnumMap<>(Signal.class);
    file.map(GRACE)
        .forEach((name, text) ->
            signal(GRACE, name)
                .ifPresent(signal ->
                    file.duration(GRACE + "[" + name + "]", text)
                        .ifPresent(period -> graces.put(signal, period))));
    return graces;
  }

  private Optional<Signal> signal(String field, String name) {
    Optional<Signal> signal = Signal.of(name);
    if (signal.isEmpty()) {
      file.wrong(field, "unsupported eviction signal " + name);
    }
    return signal;
  }
}
