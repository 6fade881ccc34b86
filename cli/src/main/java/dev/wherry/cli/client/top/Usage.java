package dev.wherry.cli.client.top;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.Quantity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a node, a pod or a container uses (kubectl pkg/metricsutil).
 *
 * @param namespace "" for what has none
 * @param parts a pod's containers
 */
public record Usage(
    String namespace, String name, Quantity cpu, Quantity memory, List<Usage> parts) {
  private static final long BYTES_PER_MEBIBYTE = 1024L * 1024;

  public Usage {
    parts = List.copyOf(parts);
  }

  /** Of an object of metrics.k8s.io. */
  public static Usage of(JsonNode metrics) {
    String namespace = metrics.at("/metadata/namespace").asText();
    String name = metrics.at("/metadata/name").asText();
    if (!metrics.has("containers")) {
      JsonNode usage = metrics.path("usage");
      return new Usage(namespace, name, amount(usage, "cpu"), amount(usage, "memory"), List.of());
    }
    List<Usage> parts = new ArrayList<>();
    for (JsonNode container : metrics.path("containers")) {
      JsonNode usage = container.path("usage");
      parts.add(
          new Usage(
              namespace,
              container.path("name").asText(),
              amount(usage, "cpu"),
              amount(usage, "memory"),
              List.of()));
    }
    return sum(namespace, name, parts);
  }

  /** Several together under one name. */
  static Usage sum(String namespace, String name, List<Usage> parts) {
    Quantity cpu = Quantity.ZERO;
    Quantity memory = Quantity.ZERO;
    for (Usage part : parts) {
      cpu = cpu.plus(part.cpu());
      memory = memory.plus(part.memory());
    }
    return new Usage(namespace, name, cpu, memory, parts);
  }

  static Quantity amount(JsonNode amounts, String resource) {
    String text = amounts.path(resource).asText();
    return text.isEmpty() ? Quantity.ZERO : Quantity.parse(text);
  }

  /**
   * The order of a table.
   *
   * @param sortBy cpu, memory or ""
   * @param byNamespace whether namespaces come before names
   */
  static Comparator<Usage> order(String sortBy, boolean byNamespace) {
    Comparator<Usage> names = Comparator.comparing(Usage::name);
    return switch (sortBy) {
      case "cpu" -> Comparator.comparing((Usage usage) -> usage.cpu().milliValue()).reversed();
      case "memory" -> Comparator.comparing((Usage usage) -> usage.memory().value()).reversed();
      default -> byNamespace ? Comparator.comparing(Usage::namespace).thenComparing(names) : names;
    };
  }

  /** {@code 250m}; thousandths are rounded up, as Go rounds them. */
  String cores() {
    return cpu.milliValue() + "m";
  }

  /** {@code 12Mi}. */
  String mebibytes() {
    return memory.value() / BYTES_PER_MEBIBYTE + "Mi";
  }

  /** How much of an amount is used: {@code 7%}; "" where the amount is not known. */
  static String percent(Quantity used, @Nullable Quantity available) {
    if (available == null) {
      return "";
    }
    double all = available.milliValue();
    double fraction = all == 0 ? 0 : used.milliValue() / all * 100;
    return String.format(Locale.ROOT, "%d%%", (long) fraction);
  }
}
