package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.pod.PodView.Named;
import dev.wherry.kubelet.volume.VolumeOperations;
import dev.wherry.machinery.figures.CounterFamily;
import dev.wherry.machinery.figures.Histogram;
import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.model.core.v1.ContainerStateTerminated;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.core.v1.Volume;
import java.time.Duration;
import java.time.Instant;
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
  private static final String RUNNING = "Running";

  /** Upstream's for the start of pods. */
  private static final double[] START_SECONDS = {
    0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200,
    1800, 2700, 3600
  };

  /** Those of Prometheus' clients. */
  private static final double[] ROUND_SECONDS = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
  };

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

  /** From the first sight of a pod, and from its creation, to its containers' start. */
  private final Histogram untilRunning = Histogram.ofSeconds(START_SECONDS);

  private final Histogram sinceCreation = Histogram.ofSeconds(START_SECONDS);

  /** The same without pulls and init containers, of pods that own no state (upstream's SLI). */
  private final Histogram untilRunningByItself = Histogram.ofSeconds(START_SECONDS);

  private final CounterFamily evictions = new CounterFamily();
  private final VolumeOperations volumes = new VolumeOperations();
  private final Map<Round, Histogram> rounds = new ConcurrentHashMap<>();

  /** A worker's look at its pod, by upstream's label {@code operation_type}. */
  public enum Round {
    CREATE("create"),
    SYNC("sync"),
    KILL("kill");

    private final String label;

    Round(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }

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

  /** A worker has looked at its pod. */
  void looked(Round round, long nanos) {
    rounds.computeIfAbsent(round, _ -> Histogram.ofSeconds(ROUND_SECONDS)).add(nanos);
  }

  /**
   * A pod that runs in the later status and had not in the earlier.
   *
   * @param seen by this kubelet first
   * @param elsewhere how long it waited for registries and for what its init containers do
   */
  void started(
      PodStatus before, PodStatus now, PodView pod, Instant seen, Instant at, Duration elsewhere) {
    if (!now.phase().equals(RUNNING) || before.phase().equals(RUNNING)) {
      return;
    }
    untilRunning.add(Duration.between(seen, at).toNanos());
    Instant created = pod.meta().creationTimestamp();
    if (created != null) {
      Duration all = Duration.between(created, at);
      sinceCreation.add(all.toNanos());
      if (pod.spec().volumes().stream().allMatch(PodCounts::isStateless)) {
        Duration own = all.minus(elsewhere);
        untilRunningByItself.add(own.isNegative() ? 0 : own.toNanos());
      }
    }
  }

  /** Upstream's rule of a pod that owns state. */
  private static boolean isStateless(Volume volume) {
    return volume.secret() != null
        || volume.configMap() != null
        || volume.downwardAPI() != null
        || volume.emptyDir() != null
        || volume.projected() != null;
  }

  /**
   * The node has ended a pod.
   *
   * @param signal what was short, in upstream's words
   */
  public void evicted(String signal) {
    evictions.increment(MetricsText.labels("eviction_signal", signal));
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

  public Histogram untilRunning() {
    return untilRunning;
  }

  public Histogram sinceCreation() {
    return sinceCreation;
  }

  public Histogram untilRunningByItself() {
    return untilRunningByItself;
  }

  /** Pods that the node has ended, by {@code eviction_signal}. */
  public CounterFamily evictions() {
    return evictions;
  }

  /** What all pods' volumes have taken. */
  public VolumeOperations volumes() {
    return volumes;
  }

  public Map<Round, Histogram> rounds() {
    return new TreeMap<>(rounds);
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
