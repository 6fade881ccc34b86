package dev.wherry.kubelet.figures;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A page in the Prometheus text format 0.0.4, put together family by family. */
final class PrometheusPage {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Map<String, Family> families = new LinkedHashMap<>();

  private record Family(String head, StringBuilder samples) {}

  /** Declares a family; samples of it may come in any order. */
  PrometheusPage gauge(String name, String help) {
    return family(name, "gauge", help);
  }

  /** A family of values that only grow. */
  PrometheusPage counter(String name, String help) {
    return family(name, "counter", help);
  }

  private PrometheusPage family(String name, String type, String help) {
    String head = "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
    families.put(name, new Family(head, new StringBuilder()));
    return this;
  }

  /**
   * Adds a sample of a declared family.
   *
   * @param labels {@code a="b",c="d"} as {@link #labels} makes them, or ""
   */
  PrometheusPage sample(String name, String labels, double value, Optional<Instant> at) {
    Family family = families.get(name);
    if (family == null) {
      throw new IllegalArgumentException(name + " is not declared");
    }
    StringBuilder line = family.samples().append(name);
    if (!labels.isEmpty()) {
      line.append('{').append(labels).append('}');
    }
    line.append(' ').append(number(value));
    at.ifPresent(when -> line.append(' ').append(when.toEpochMilli()));
    line.append('\n');
    return this;
  }

  /** Adds a sample where the value is known. */
  PrometheusPage known(String name, String labels, OptionalLong value, Optional<Instant> at) {
    value.ifPresent(number -> sample(name, labels, number, at));
    return this;
  }

  /** Adds a time in seconds where it is known in nanoseconds. */
  PrometheusPage seconds(String name, String labels, OptionalLong nanos, Optional<Instant> at) {
    nanos.ifPresent(number -> sample(name, labels, number / NANOS_PER_SECOND, at));
    return this;
  }

  /** Names and values in turn. */
  static String labels(String... namesAndValues) {
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
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : BigDecimal.valueOf(value).toPlainString();
  }

  /** The page; families without samples are left out. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (Family family : families.values()) {
      if (!family.samples().isEmpty()) {
        text.append(family.head()).append(family.samples());
      }
    }
    return text.toString();
  }
}
