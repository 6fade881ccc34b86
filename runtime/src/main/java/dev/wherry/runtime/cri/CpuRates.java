package dev.wherry.runtime.cri;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/** The present rate of a counter that only grows, from the last two times it was asked for. */
final class CpuRates {
  private static final int REMEMBERED_MAX = 4096;
  private static final long SPAN_NANOS_MIN = 500_000_000L;
  private static final double NANOS_PER_SECOND = 1e9;

  private record Sample(long cpuNanos, long timeNanos, OptionalLong rate) {}

  private final Map<String, Sample> last =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Sample> eldest) {
          return size() > REMEMBERED_MAX;
        }
      };

  /** Nano cores; empty at the first call. Calls closer than half a second get the last answer. */
  synchronized OptionalLong rate(String id, long cpuNanos, long nowNanos) {
    Sample before = last.get(id);
    if (before != null && nowNanos - before.timeNanos() < SPAN_NANOS_MIN) {
      return before.rate();
    }
    OptionalLong rate = OptionalLong.empty();
    if (before != null && cpuNanos >= before.cpuNanos()) {
      double cores = (double) (cpuNanos - before.cpuNanos()) / (nowNanos - before.timeNanos());
      rate = OptionalLong.of((long) (cores * NANOS_PER_SECOND));
    }
    last.put(id, new Sample(cpuNanos, nowNanos, rate));
    return rate;
  }
}
