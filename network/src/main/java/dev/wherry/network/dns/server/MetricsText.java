package dev.wherry.network.dns.server;

/** Puts samples together in Prometheus' text format 0.0.4. */
final class MetricsText {
  private final StringBuilder text = new StringBuilder();

  void head(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  void counter(String name, String help, long value) {
    head(name, "counter", help);
    sample(name, "", value);
  }

  void gauge(String name, String help, long value) {
    head(name, "gauge", help);
    sample(name, "", value);
  }

  void sample(String name, String labels, Number value) {
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
