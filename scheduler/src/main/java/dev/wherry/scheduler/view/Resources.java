package dev.wherry.scheduler.view;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Amounts of what a node has and a pod asks for.
 *
 * @param milliCpu thousandths of a CPU
 * @param memoryBytes bytes
 * @param ephemeralStorageBytes bytes
 * @param extended other resources by name, in their base unit
 */
public record Resources(
    long milliCpu, long memoryBytes, long ephemeralStorageBytes, SortedMap<String, Long> extended) {
  public static final Resources NONE = new Resources(0, 0, 0, Collections.emptySortedMap());

  public Resources {
    if (!extended.isEmpty()) {
      extended = Collections.unmodifiableSortedMap(new TreeMap<>(extended));
    }
  }

  public Resources plus(Resources other) {
    return combine(other, 1);
  }

  public Resources minus(Resources other) {
    return combine(other, -1);
  }

  /** The greater of both, resource by resource. */
  public Resources max(Resources other) {
    SortedMap<String, Long> merged = extended;
    if (!other.extended.isEmpty()) {
      merged = new TreeMap<>(extended);
      for (Map.Entry<String, Long> e : other.extended.entrySet()) {
        merged.merge(e.getKey(), e.getValue(), Math::max);
      }
    }
    return new Resources(
        Math.max(milliCpu, other.milliCpu),
        Math.max(memoryBytes, other.memoryBytes),
        Math.max(ephemeralStorageBytes, other.ephemeralStorageBytes),
        merged);
  }

  /** The amount under a resource's Kubernetes name; CPU in thousandths. */
  public long amount(String resource) {
    return switch (resource) {
      case "cpu" -> milliCpu;
      case "memory" -> memoryBytes;
      case "ephemeral-storage" -> ephemeralStorageBytes;
      default -> extended.getOrDefault(resource, 0L);
    };
  }

  public boolean isNone() {
    return milliCpu == 0 && memoryBytes == 0 && ephemeralStorageBytes == 0 && extended.isEmpty();
  }

  private Resources combine(Resources other, int sign) {
    SortedMap<String, Long> merged = extended;
    if (!other.extended.isEmpty()) {
      merged = new TreeMap<>(extended);
      for (Map.Entry<String, Long> e : other.extended.entrySet()) {
        long sum = merged.getOrDefault(e.getKey(), 0L) + sign * e.getValue();
        if (sum == 0) {
          merged.remove(e.getKey());
        } else {
          merged.put(e.getKey(), sum);
        }
      }
    }
    return new Resources(
        milliCpu + sign * other.milliCpu,
        memoryBytes + sign * other.memoryBytes,
        ephemeralStorageBytes + sign * other.ephemeralStorageBytes,
        merged);
  }
}
