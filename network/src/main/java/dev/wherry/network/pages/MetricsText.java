package dev.wherry.network.pages;

import dev.wherry.machinery.figures.Histogram;

/** Puts samples together in Prometheus' text format 0.0.4. */
public final class MetricsText {
  private static final double NANOS_PER_SECOND = 1e9;

  private final StringBuilder text = new StringBuilder();

  /** What a family of samples is; they come after it. */
  public void head(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  /** A counter without labels. */
  public void counter(String name, String help, long value) {
    head(name, "counter", help);
    sample(name, "", value);
  }

  /** A gauge without labels. */
  public void gauge(String name, String help, long value) {
    head(name, "gauge", help);
    sample(name, "", value);
  }

  /**
   * One value.
   *
   * @param labels as {@code name="value"}, joined by commas; "" for none
   */
  public void sample(String name, String labels, Number value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    text.append(' ').append(value).append('\n');
  }

  /**
   * How long things took, in seconds.
   *
   * @param labels of every sample, as {@link #sample} takes them
   */
  public void histogram(String name, String help, String labels, Histogram durations) {
    head(name, "histogram", help);
    String before = labels.isEmpty() ? "" : labels + ",";
    long[] bounds = durations.boundsNanos();
    long[] counts = durations.cumulative();
    for (int i = 0; i < counts.length; i++) {
      String bound = i < bounds.length ? String.valueOf(bounds[i] / NANOS_PER_SECOND) : "+Inf";
      sample(name + "_bucket", before + "le=\"" + bound + "\"", counts[i]);
    }
    sample(name + "_count", labels, counts[counts.length - 1]);
    sample(name + "_sum", labels, durations.sumNanos() / NANOS_PER_SECOND);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
