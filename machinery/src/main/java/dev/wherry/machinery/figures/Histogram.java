package dev.wherry.machinery.figures;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** How long things took, by buckets. Any thread adds. */
public final class Histogram {
  private final long[] boundsNanos;
  private final LongAdder[] counts;
  private final LongAdder nanos = new LongAdder();

  /**
   * @param boundsNanos the longest times of its buckets, rising; one more holds all that is longer
   */
  public Histogram(long... boundsNanos) {
    this.boundsNanos = boundsNanos.clone();
    this.counts = new LongAdder[boundsNanos.length + 1];
    Arrays.setAll(counts, _ -> new LongAdder());
  }

  /** One whose bounds are told in seconds. */
  public static Histogram ofSeconds(double... bounds) {
    long second = TimeUnit.SECONDS.toNanos(1);
    return new Histogram(Arrays.stream(bounds).mapToLong(b -> Math.round(b * second)).toArray());
  }

  /** One more took so long. */
  public void add(long tookNanos) {
    int bucket = 0;
    while (bucket < boundsNanos.length && tookNanos > boundsNanos[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    nanos.add(tookNanos);
  }

  /** The longest times of its buckets but the last. */
  public long[] boundsNanos() {
    return boundsNanos.clone();
  }

  /** How many took as long as a bucket's bound or less; of the last bucket: how many there were. */
  public long[] cumulative() {
    long[] sums = new long[counts.length];
    long sum = 0;
    for (int i = 0; i < counts.length; i++) {
      sum += counts[i].sum();
      sums[i] = sum;
    }
    return sums;
  }

  /** How long all took together. */
  public long sumNanos() {
    return nanos.sum();
  }
}
