package dev.wherry.kubelet.resource;

/** Numbers for cgroups and the out-of-memory killer (rule: kubelet's cm and qos packages). */
public final class CgroupFigures {
  /** The period of the CPU quota. */
  public static final long PERIOD_MICROS = 100_000;

  static final long QUOTA_MICROS_MIN = 1_000;
  static final long SHARES_MIN = 2;
  static final long SHARES_MAX = 262_144;
  private static final long SHARES_PER_CPU = 1_024;
  private static final long MILLIS_PER_CPU = 1_000;

  /** The sandbox and critical pods. */
  public static final int OOM_GUARANTEED = -997;

  /** Pods without any request or limit go first. */
  public static final int OOM_BEST_EFFORT = 1_000;

  private CgroupFigures() {}

  /** CPU weight from a request in thousandths of a CPU. */
  public static long shares(long milliCpu) {
    if (milliCpu <= 0) {
      return SHARES_MIN;
    }
    return Math.clamp(milliCpu * SHARES_PER_CPU / MILLIS_PER_CPU, SHARES_MIN, SHARES_MAX);
  }

  /** CPU time in microseconds per period from a limit in thousandths of a CPU; 0 for none. */
  public static long quotaMicros(long milliCpu) {
    if (milliCpu <= 0) {
      return 0;
    }
    return Math.max(milliCpu * PERIOD_MICROS / MILLIS_PER_CPU, QUOTA_MICROS_MIN);
  }

  /** The cgroup v2 weight that stands for v1 shares. */
  public static long weight(long shares) {
    return 1 + ((Math.clamp(shares, SHARES_MIN, SHARES_MAX) - SHARES_MIN) * 9_999) / 262_142;
  }

  /** The score of a Burstable container: the more of the node's memory it asked for, the lower. */
  public static int burstableOomScore(long memoryRequestBytes, long nodeMemoryBytes) {
    if (nodeMemoryBytes <= 0) {
      return OOM_BEST_EFFORT - 1;
    }
    long score = 1_000 - (1_000 * memoryRequestBytes) / nodeMemoryBytes;
    return (int) Math.clamp(score, 1_000L + OOM_GUARANTEED, OOM_BEST_EFFORT - 1L);
  }
}
