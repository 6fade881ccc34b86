package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.pod.PodView.Named;
import dev.wherry.model.core.v1.ContainerStateTerminated;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.PodStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What all pods of this kubelet have begun and ended since it started, for its own page of metrics
 * (rule: kubelet pkg/kubelet/metrics). Any thread.
 */
public final class PodCounts {
  private static final String MAIN = "container";
  private static final String INIT = "init_container";
  private static final String EPHEMERAL = "ephemeral_container";

  private final LongAdder pods = new LongAdder();
  private final LongAdder podErrors = new LongAdder();
  private final Map<String, LongAdder> containers = new ConcurrentHashMap<>();
  private final Map<Failed, LongAdder> containerErrors = new ConcurrentHashMap<>();

  /** Exit codes and reasons are few: the rows have a bound. */
  private final Map<Ended, LongAdder> ends = new ConcurrentHashMap<>();

  /**
   * Containers that could not be started.
   *
   * @param type as upstream's label {@code container_type}
   * @param code such as {@code CreateContainerError}
   */
  public record Failed(String type, String code) {}

  /**
   * Containers that ended.
   *
   * @param type as upstream's label {@code container_type}
   */
  public record Ended(String type, int exitCode, String reason) {}

  void podBegins() {
    pods.increment();
  }

  void podFailed() {
    podErrors.increment();
  }

  void begins(Named container) {
    increment(containers, type(container.role()));
  }

  void failed(Named container, String code) {
    increment(containerErrors, new Failed(type(container.role()), code));
  }

  /** Containers that end in the later status and had not in the earlier. */
  void reported(PodStatus before, PodStatus now) {
    ended(INIT, before.initContainerStatuses(), now.initContainerStatuses());
    ended(MAIN, before.containerStatuses(), now.containerStatuses());
    ended(EPHEMERAL, before.ephemeralContainerStatuses(), now.ephemeralContainerStatuses());
  }

  private void ended(String type, List<ContainerStatus> before, List<ContainerStatus> now) {
    for (ContainerStatus status : now) {
      ContainerStateTerminated end = end(status);
      boolean known =
          before.stream().anyMatch(old -> old.name().equals(status.name()) && end(old) != null);
      if (end != null && !known) {
        Integer exitCode = end.exitCode();
        increment(ends, new Ended(type, exitCode == null ? 0 : exitCode, end.reason()));
      }
    }
  }

  private static @Nullable ContainerStateTerminated end(ContainerStatus status) {
    var state = status.state();
    return state == null ? null : state.terminated();
  }

  private static String type(PodView.Role role) {
    return switch (role) {
      case INIT, SIDECAR -> INIT;
      case MAIN -> MAIN;
      case EPHEMERAL -> EPHEMERAL;
    };
  }

  private static <K> void increment(Map<K, LongAdder> rows, K key) {
    rows.computeIfAbsent(key, _ -> new LongAdder()).increment();
  }

  public long pods() {
    return pods.sum();
  }

  public long podErrors() {
    return podErrors.sum();
  }

  /** Attempts to start containers by type. */
  public Map<String, Long> containers() {
    return new TreeMap<>(sums(containers));
  }

  public Map<Failed, Long> containerErrors() {
    return sums(containerErrors);
  }

  public Map<Ended, Long> ends() {
    return sums(ends);
  }

  private static <K> Map<K, Long> sums(Map<K, LongAdder> counts) {
    Map<K, Long> sums = new HashMap<>();
    counts.forEach((row, count) -> sums.put(row, count.sum()));
    return sums;
  }
}
