package dev.wherry.network.pages;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** How long things took, as Prometheus counts it. Any thread. */
public final class Histogram {
  private static final long NANOS_PER_MICRO = 1_000;
  private static final double MICROS_PER_SECOND = 1e6;

  private final long[] boundsMicros;
  private final LongAdder[] counts;
  private final LongAdder nanos = new LongAdder();

  /**
   * @param boundsMicros the longest times of its buckets, rising
   */
  public Histogram(long... boundsMicros) {
    this.boundsMicros = boundsMicros.clone();
    this.counts = new LongAdder[boundsMicros.length + 1];
    Arrays.setAll(counts, _ -> new LongAdder());
  }

  /** One more took so long. */
  public void add(long tookNanos) {
    nanos.add(tookNanos);
    int bucket = 0;
    while (bucket < boundsMicros.length && tookNanos > boundsMicros[bucket] * NANOS_PER_MICRO) {
      bucket++;
    }
    counts[bucket].increment();
  }

  /** Writes it in seconds. */
  public void write(MetricsText out, String name, String help) {
    out.head(name, "histogram", help);
    long sum = 0;
    for (int i = 0; i < counts.length; i++) {
      sum += counts[i].sum();
      String bound =
          i < boundsMicros.length ? String.valueOf(boundsMicros[i] / MICROS_PER_SECOND) : "+Inf";
      out.sample(name + "_bucket", "le=\"" + bound + "\"", sum);
    }
    out.sample(name + "_count", "", sum);
    out.sample(name + "_sum", "", nanos.sum() / (MICROS_PER_SECOND * NANOS_PER_MICRO));
  }
}
