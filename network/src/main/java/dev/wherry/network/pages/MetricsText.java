package dev.wherry.network.pages;

/** Puts samples together in Prometheus' text format 0.0.4. */
public final class MetricsText {
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

  @Override
  public String toString() {
    return text.toString();
  }
}
