package dev.wherry.controllers.autoscaling;

import dev.wherry.controllers.AutoscalerPace;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.model.core.v1.Pod;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * How many replicas a metric asks for (kube-controller-manager podautoscaler replica_calculator).
 * Pure.
 *
 * @param pods those that the scale selects
 * @param current replicas that the scale asks for
 * @param times for which samples of starting pods say nothing
 */
record ReplicaCount(
    Collection<Pod> pods, int current, Tolerance tolerance, AutoscalerPace times, Instant now) {
  private static final int PERCENT = 100;
  private static final String NO_PODS =
      "no pods returned by selector while calculating replica count";
  private static final String NO_SAMPLES =
      "did not receive metrics for targeted pods (pods might be unready)";

  /**
   * What a metric asks for.
   *
   * @param percent of the requests in use; 0 where the target is no percentage
   * @param milli the average or the whole use in thousandths
   */
  record Wanted(int replicas, int percent, long milli) {}

  /** A ratio of use to target, and the use from which it comes. */
  private record Ratio(double ratio, int percent, long milli) {}

  /** Makes a ratio of samples. */
  @FunctionalInterface
  private interface Rater {
    Ratio of(Map<String, Sample> samples) throws MetricException;
  }

  /** What a pod without a sample is taken to use when the others use little. */
  @FunctionalInterface
  private interface Assumption {
    long of(String pod);
  }

  /**
   * For a target in per cent of the pods' requests.
   *
   * @param container whose requests count; "" for the whole pod's
   */
  Wanted byUtilization(Map<String, Sample> given, String resource, String container, int target)
      throws MetricException {
    Map<String, Sample> samples = new HashMap<>(given);
    PodGroups groups = grouped(samples, resource);
    Map<String, Long> requests = Requests.of(pods, container, resource);
    return wanted(
        samples,
        groups,
        some -> utilization(some, requests, target),
        pod -> requests.getOrDefault(pod, 0L) * Math.max(PERCENT, target) / PERCENT);
  }

  /**
   * For a target in thousandths for each pod.
   *
   * @param resource which the samples are of; "" for other metrics
   */
  Wanted byAverage(Map<String, Sample> given, String resource, long target) throws MetricException {
    Map<String, Sample> samples = new HashMap<>(given);
    PodGroups groups = grouped(samples, resource);
    return wanted(samples, groups, some -> average(some, target), _ -> target);
  }

  /** For a target that all pods share. */
  Wanted byValue(long milli, long target) throws MetricException {
    double ratio = (double) milli / target;
    if (current == 0) {
      return new Wanted(ceil(ratio), 0, milli);
    }
    if (tolerance.holds(ratio)) {
      return new Wanted(current, 0, milli);
    }
    if (pods.isEmpty()) {
      throw new MetricException("unable to calculate ready pods: " + NO_PODS);
    }
    long ready =
        pods.stream()
            .filter(pod -> pod.status().phase().equals("Running") && PodFacts.isReady(pod))
            .count();
    return new Wanted(ceil(ratio * ready), 0, milli);
  }

  /**
   * For a target for each replica of a value that all share.
   *
   * @param statusReplicas replicas there are
   */
  Wanted byShare(long milli, long targetOfEach, int statusReplicas) {
    double ratio = milli / ((double) targetOfEach * statusReplicas);
    int replicas = tolerance.holds(ratio) ? statusReplicas : ceil((double) milli / targetOfEach);
    long share = statusReplicas == 0 ? milli : Math.ceilDiv(milli, statusReplicas);
    return new Wanted(replicas, 0, share);
  }

  private PodGroups grouped(Map<String, Sample> samples, String resource) throws MetricException {
    if (pods.isEmpty()) {
      throw new MetricException(NO_PODS);
    }
    PodGroups groups = PodGroups.of(pods, samples, resource, times, now);
    samples.keySet().removeAll(groups.ignored());
    samples.keySet().removeAll(groups.unready());
    if (samples.isEmpty()) {
      throw new MetricException(NO_SAMPLES);
    }
    return groups;
  }

  private Wanted wanted(
      Map<String, Sample> samples, PodGroups groups, Rater rater, Assumption missing)
      throws MetricException {
    Ratio first = rater.of(samples);
    boolean upWithUnready = !groups.unready().isEmpty() && first.ratio() > 1.0;
    if (!upWithUnready && groups.missing().isEmpty()) {
      int replicas =
          tolerance.holds(first.ratio()) ? current : ceil(first.ratio() * groups.ready());
      return new Wanted(replicas, first.percent(), first.milli());
    }
    for (String pod : groups.missing()) {
      if (first.ratio() < 1.0) {
        samples.put(pod, Sample.assumed(missing.of(pod)));
      } else if (first.ratio() > 1.0) {
        samples.put(pod, Sample.assumed(0));
      }
    }
    if (upWithUnready) {
      groups.unready().forEach(pod -> samples.put(pod, Sample.assumed(0)));
    }
    int replicas = cautious(first.ratio(), rater.of(samples).ratio(), samples.size());
    return new Wanted(replicas, first.percent(), first.milli());
  }

  /** What is assumed may lessen a change, never turn it round. */
  private int cautious(double measured, double assumed, int pods) {
    boolean turned = (measured < 1.0 && assumed > 1.0) || (measured > 1.0 && assumed < 1.0);
    if (turned || tolerance.holds(assumed)) {
      return current;
    }
    int replicas = ceil(assumed * pods);
    boolean against =
        (assumed < 1.0 && replicas > current) || (assumed > 1.0 && replicas < current);
    return against ? current : replicas;
  }

  private static Ratio utilization(
      Map<String, Sample> samples, Map<String, Long> requests, int target) throws MetricException {
    long used = 0;
    long requested = 0;
    int counted = 0;
    for (Map.Entry<String, Sample> sample : samples.entrySet()) {
      Long request = requests.get(sample.getKey());
      if (request != null) {
        used += sample.getValue().milli();
        requested += request;
        counted++;
      }
    }
    if (requested == 0) {
      throw new MetricException("no metrics returned matched known pods");
    }
    int percent = (int) (used * PERCENT / requested);
    return new Ratio((double) percent / target, percent, used / counted);
  }

  private static Ratio average(Map<String, Sample> samples, long target) {
    long average = samples.values().stream().mapToLong(Sample::milli).sum() / samples.size();
    return new Ratio((double) average / target, 0, average);
  }

  private static int ceil(double value) {
    return (int) Math.min(Integer.MAX_VALUE, Math.ceil(value));
  }
}
