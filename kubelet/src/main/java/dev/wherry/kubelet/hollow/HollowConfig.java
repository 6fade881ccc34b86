package dev.wherry.kubelet.hollow;

import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Taint;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What hollow nodes are like.
 *
 * @param prefix of their names: {@code PREFIX-0}, {@code PREFIX-1} and so on
 * @param count how many, 1 to {@link #NODES_MAX}
 * @param capacity of each, as it stands in the node's status; what is not named has the default
 * @param labels of each beside the well-known ones
 * @param taints of each when it is made
 * @param jobTime how long pods of Jobs run
 * @param version the kubelet's version that they show
 */
public record HollowConfig(
    String prefix,
    int count,
    Map<String, Quantity> capacity,
    Map<String, String> labels,
    List<Taint> taints,
    Duration jobTime,
    String version) {
  /** Nodes in one process: the largest cluster that upstream promises to serve. */
  public static final int NODES_MAX = 5_000;

  /** Pods on one node at most: each has an address of the node's own range. */
  public static final int PODS_MAX = 500;

  private static final String PODS = "pods";

  private static final Map<String, Quantity> CAPACITY =
      Map.of(
          "cpu",
          Quantity.of(32),
          "memory",
          Quantity.parse("256Gi"),
          "ephemeral-storage",
          Quantity.parse("1Ti"),
          PODS,
          Quantity.of(110));

  /**
   * @throws IllegalArgumentException with a sentence for the user
   */
  public HollowConfig {
    if (count < 1 || count > NODES_MAX) {
      throw new IllegalArgumentException(
          "hollow nodes: " + count + " is not between 1 and " + NODES_MAX);
    }
    Map<String, Quantity> all = new LinkedHashMap<>();
    CAPACITY.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> all.put(entry.getKey(), entry.getValue()));
    all.putAll(capacity);
    long pods = all.getOrDefault(PODS, Quantity.ZERO).value();
    if (pods < 1 || pods > PODS_MAX) {
      throw new IllegalArgumentException(
          "hollow nodes: pods=" + pods + " is not between 1 and " + PODS_MAX);
    }
    capacity = all;
    labels = new LinkedHashMap<>(labels);
    taints = List.copyOf(taints);
  }

  /** With all defaults. */
  public static HollowConfig of(String prefix, int count, String version) {
    return new HollowConfig(prefix, count, Map.of(), Map.of(), List.of(), Duration.ZERO, version);
  }

  String name(int node) {
    return prefix + "-" + node;
  }
}
