package dev.wherry.kubelet.figures;

import dev.wherry.machinery.figures.MetricsText;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A page of families whose samples come in any order: what declares a family and what fills it are
 * apart.
 */
final class PrometheusPage {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Map<String, Family> families = new LinkedHashMap<>();

  private record Family(MetricsText text, AtomicBoolean filled) {}

  /** Declares a family; samples of it may come in any order. */
  PrometheusPage gauge(String name, String help) {
    return family(name, "gauge", help);
  }

  /** A family of values that only grow. */
  PrometheusPage counter(String name, String help) {
    return family(name, "counter", help);
  }

  private PrometheusPage family(String name, String type, String help) {
    MetricsText text = new MetricsText();
    text.head(name, type, help);
    families.put(name, new Family(text, new AtomicBoolean()));
    return this;
  }

  /**
   * Adds a sample of a declared family.
   *
   * @param labels {@code a="b",c="d"} as {@link MetricsText#labels} makes them, or ""
   */
  PrometheusPage sample(String name, String labels, double value, Optional<Instant> at) {
    Family family = families.get(name);
    if (family == null) {
      throw new IllegalArgumentException(name + " is not declared");
    }
    family.text().sample(name, labels, value, at);
    family.filled().set(true);
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

  /** The page; families without samples are left out. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (Family family : families.values()) {
      if (family.filled().get()) {
        text.append(family.text());
      }
    }
    return text.toString();
  }
}
