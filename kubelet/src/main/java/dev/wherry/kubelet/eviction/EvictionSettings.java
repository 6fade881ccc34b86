package dev.wherry.kubelet.eviction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * When pods have to go.
 *
 * @param thresholds hard ones first
 * @param transition for how long a condition stays after its threshold was last broken
 * @param graceMax how long a pod gets to end when a soft threshold is broken
 */
public record EvictionSettings(List<Threshold> thresholds, Duration transition, Duration graceMax) {
  /** Upstream's evictionPressureTransitionPeriod. */
  public static final Duration TRANSITION = Duration.ofMinutes(5);

  /** Upstream's; with less left a machine has read its programs anew without end (0320). */
  private static final long MEMORY_BYTES_MAX = 100L << 20;

  /** Where upstream's would leave pods next to nothing: machines of less than 400 MiB. */
  private static final int MEMORY_SHARE = 4;

  private static final double NODEFS_PERCENT = 10;
  private static final double IMAGEFS_PERCENT = 15;
  private static final double INODES_PERCENT = 5;

  /** Of a large disk, upstream's share would be more than anybody needs. */
  private static final long NODEFS_BYTES_MAX = 10L << 30;

  private static final long IMAGEFS_BYTES_MAX = 15L << 30;

  public EvictionSettings {
    thresholds = List.copyOf(thresholds);
  }

  /** Never. */
  public static EvictionSettings none() {
    return new EvictionSettings(List.of(), TRANSITION, Duration.ZERO);
  }

  /**
   * Upstream's defaults, less where the node is small and no more than of use where it is large.
   *
   * @param memoryBytes what the node has
   * @param diskBytes of the file system of the kubelet's directory
   */
  public static EvictionSettings scaled(long memoryBytes, long diskBytes) {
    Map<Signal, Amount> hard = new LinkedHashMap<>();
    hard.put(
        Signal.MEMORY_AVAILABLE,
        Amount.ofBytes(Math.min(MEMORY_BYTES_MAX, memoryBytes / MEMORY_SHARE)));
    hard.put(Signal.NODEFS_AVAILABLE, capped(NODEFS_PERCENT, diskBytes, NODEFS_BYTES_MAX));
    hard.put(Signal.NODEFS_INODES, new Amount(0, INODES_PERCENT));
    hard.put(Signal.IMAGEFS_AVAILABLE, capped(IMAGEFS_PERCENT, diskBytes, IMAGEFS_BYTES_MAX));
    hard.put(Signal.IMAGEFS_INODES, new Amount(0, INODES_PERCENT));
    List<Threshold> thresholds = new ArrayList<>();
    hard.forEach((signal, amount) ->
        thresholds.add(new Threshold(signal, amount, Duration.ZERO, Amount.NONE)));
    return new EvictionSettings(thresholds, TRANSITION, Duration.ZERO);
  }

  private static Amount capped(double percent, long diskBytes, long bytesMax) {
    Amount share = new Amount(0, percent);
    return share.of(diskBytes) > bytesMax ? Amount.ofBytes(bytesMax) : share;
  }

  /** What hard thresholds keep from pods, in the signal's unit. */
  public long kept(Signal signal, long capacity) {
    return thresholds.stream()
        .filter(threshold -> threshold.hard() && threshold.signal() == signal)
        .mapToLong(threshold -> threshold.below().of(capacity))
        .max()
        .orElse(0);
  }
}
