package dev.wherry.controllers.autoscaling;

import dev.wherry.controllers.AutoscalerPace;
import dev.wherry.controllers.PodConditions;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Pods by what their samples are worth (kube-controller-manager podautoscaler groupPods). Pure.
 *
 * @param ready how many count fully
 * @param unready names of those whose CPU says nothing yet
 * @param missing names of those without a sample
 * @param ignored names of those that end or have failed
 */
record PodGroups(int ready, Set<String> unready, Set<String> missing, Set<String> ignored) {
  static final String CPU = "cpu";

  /**
   * @param resource which the samples are of; "" for other metrics
   */
  static PodGroups of(
      Collection<Pod> pods,
      Map<String, Sample> samples,
      String resource,
      AutoscalerPace times,
      Instant now) {
    int ready = 0;
    Set<String> unready = new TreeSet<>();
    Set<String> missing = new TreeSet<>();
    Set<String> ignored = new TreeSet<>();
    for (Pod pod : pods) {
      String name = pod.metadata().name();
      String phase = pod.status().phase();
      Sample sample = samples.get(name);
      if (pod.metadata().deletionTimestamp() != null || phase.equals("Failed")) {
        ignored.add(name);
      } else if (phase.equals("Pending")) {
        unready.add(name);
      } else if (sample == null) {
        missing.add(name);
      } else if (resource.equals(CPU) && isUnready(pod, sample, times, now)) {
        unready.add(name);
      } else {
        ready++;
      }
    }
    return new PodGroups(ready, unready, missing, ignored);
  }

  private static boolean isUnready(Pod pod, Sample sample, AutoscalerPace times, Instant now) {
    Optional<PodCondition> condition = PodConditions.find(pod, PodConditions.READY);
    Instant start = pod.status().startTime();
    if (condition.isEmpty() || start == null) {
      return true;
    }
    boolean no = condition.get().status().equals("False");
    Instant changed = condition.get().lastTransitionTime();
    Instant since = changed == null ? Instant.EPOCH : changed;
    if (start.plus(times.cpuInitialization()).isAfter(now)) {
      return no || sample.at().isBefore(since.plus(sample.window()));
    }
    return no && start.plus(times.initialReadinessDelay()).isAfter(since);
  }
}
