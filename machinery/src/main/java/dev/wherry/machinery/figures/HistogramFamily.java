package dev.wherry.machinery.figures;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** How long things of several kinds took: histograms of the same buckets by labels. Any thread. */
public final class HistogramFamily {
  /** Kinds are few by their nature; of more than so many the later ones are not told. */
  static final int ROWS_MAX = 1_000;

  private final double[] boundsSeconds;
  private final Map<String, Histogram> rows = new ConcurrentHashMap<>();

  /**
   * @param boundsSeconds as {@link Histogram#ofSeconds} takes them
   */
  public HistogramFamily(double... boundsSeconds) {
    this.boundsSeconds = boundsSeconds.clone();
  }

  /**
   * One more of a kind took so long.
   *
   * @param labels as {@link MetricsText#labels} makes them
   */
  public void add(String labels, long tookNanos) {
    Histogram row = rows.get(labels);
    if (row == null && rows.size() < ROWS_MAX) {
      row = rows.computeIfAbsent(labels, _ -> Histogram.ofSeconds(boundsSeconds));
    }
    if (row != null) {
      row.add(tookNanos);
    }
  }

  /** By their labels. */
  public SortedMap<String, Histogram> rows() {
    return new TreeMap<>(rows);
  }
}
