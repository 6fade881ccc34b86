package dev.wherry.machinery.figures;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;

/** Puts samples together in Prometheus' text format 0.0.4. */
public final class MetricsText {
  private static final double NANOS_PER_SECOND = 1e9;

  /** Up to here a whole number is written as one. */
  private static final double WHOLE_MAX = 1e15;

  private final StringBuilder text = new StringBuilder();

  /** What a family of samples is; they come after it. */
  public void head(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  /** A counter without labels. */
  public void counter(String name, String help, double value) {
    head(name, "counter", help);
    sample(name, "", value);
  }

  /** A gauge without labels. */
  public void gauge(String name, String help, double value) {
    head(name, "gauge", help);
    sample(name, "", value);
  }

  /**
   * One value.
   *
   * @param labels as {@link #labels} makes them; "" for none
   */
  public void sample(String name, String labels, double value) {
    sample(name, labels, value, Optional.empty());
  }

  /** One value of a time that is not now. */
  public void sample(String name, String labels, double value, Optional<Instant> at) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    text.append(' ').append(number(value));
    at.ifPresent(when -> text.append(' ').append(when.toEpochMilli()));
    text.append('\n');
  }

  /** How long things took, in seconds; a family of one histogram. */
  public void histogram(String name, String help, String labels, Histogram durations) {
    head(name, "histogram", help);
    histogram(name, labels, durations);
  }

  /**
   * The samples of one histogram of a family, in seconds.
   *
   * @param labels of every sample, as {@link #sample} takes them
   */
  public void histogram(String name, String labels, Histogram durations) {
    String before = labels.isEmpty() ? "" : labels + ",";
    long[] bounds = durations.boundsNanos();
    long[] counts = durations.cumulative();
    for (int i = 0; i < counts.length; i++) {
      String bound = i < bounds.length ? number(bounds[i] / NANOS_PER_SECOND) : "+Inf";
      sample(name + "_bucket", before + "le=\"" + bound + "\"", counts[i]);
    }
    sample(name + "_sum", labels, durations.sumNanos() / NANOS_PER_SECOND);
    sample(name + "_count", labels, counts[counts.length - 1]);
  }

  /** A whole family of histograms, in seconds. */
  public void histograms(String name, String help, HistogramFamily family) {
    head(name, "histogram", help);
    family.rows().forEach((labels, durations) -> histogram(name, labels, durations));
  }

  /** A whole family of counters. */
  public void counters(String name, String help, CounterFamily family) {
    head(name, "counter", help);
    family.rows().forEach((labels, count) -> sample(name, labels, count));
  }

  /**
   * Labels of a sample, {@code a="b",c="d"}.
   *
   * @param namesAndValues in turn
   */
  public static String labels(String... namesAndValues) {
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.append(i == 0 ? "" : ",").append(namesAndValues[i]).append("=\"");
      String value = namesAndValues[i + 1];
      labels.append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
      labels.append('"');
    }
    return labels.toString();
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return value == Math.rint(value) && Math.abs(value) < WHOLE_MAX
        ? String.valueOf((long) value)
        : BigDecimal.valueOf(value).toPlainString();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
