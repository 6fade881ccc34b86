package dev.wherry.machinery.figures;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How often things of several kinds happened, by labels. Any thread. */
public final class CounterFamily {
  private final Map<String, LongAdder> rows = new ConcurrentHashMap<>();

  /**
   * One more of a kind; kinds have the bound of {@link HistogramFamily#ROWS_MAX}.
   *
   * @param labels as {@link MetricsText#labels} makes them
   */
  public void increment(String labels) {
    LongAdder row = rows.get(labels);
    if (row == null && rows.size() < HistogramFamily.ROWS_MAX) {
      row = rows.computeIfAbsent(labels, _ -> new LongAdder());
    }
    if (row != null) {
      row.increment();
    }
  }

  /** By their labels. */
  public SortedMap<String, Long> rows() {
    SortedMap<String, Long> sums = new TreeMap<>();
    rows.forEach((labels, count) -> sums.put(labels, count.sum()));
    return sums;
  }
}
