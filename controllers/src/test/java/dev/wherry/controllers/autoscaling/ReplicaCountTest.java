package dev.wherry.controllers.autoscaling;

import static dev.wherry.controllers.Fixtures.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.AutoscalerPace;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.core.v1.ResourceRequirements;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The numbers are those of upstream's replica_calculator_test. */
class ReplicaCountTest {
  private static final Duration WINDOW = Duration.ofMinutes(1);

  /** Longer ago than the CPU of a start is passed over. */
  private static final Instant COOL = NOW.minusSeconds(600);

  /** Just started: one window has not passed since it got ready. */
  private static final Instant HOT = NOW.minusSeconds(10);

  /**
   * @param pods one letter each: R ready, U unready, H just started, P pending, F failed, D deleted
   * @param requests in thousandths, of each pod
   * @param levels in thousandths, of the first pods; the others have no metrics
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ScaleUp, RRR, 1000 1000 1000, 300 500 700, 3, 30, 5, 50, 500",
    "ScaleUpUnreadyLessScale, URR, 1000 1000 1000, 300 500 700, 3, 30, 4, 60, 600",
    "ScaleUpHotCpuLessScale, HRR, 1000 1000 1000, 300 500 700, 3, 30, 4, 60, 600",
    "ScaleUpUnreadyNoScale, RUU, 1000 1000 1000, 400 500 700, 3, 30, 3, 40, 400",
    "ScaleUpIgnoresFailedPods, RRFF, 1000 1000 1000 1000, 500 700, 2, 30, 4, 60, 600",
    "ScaleUpIgnoresDeletionPods, RRDD, 1000 1000 1000 1000, 500 700, 2, 30, 4, 60, 600",
    "ScaleDown, RRRRR, 1000 1000 1000 1000 1000, 100 300 500 250 250, 5, 50, 3, 28, 280",
    "DownIncludeUnready, RRRUU, 1000 1000 1000 1000 1000, 100 300 500 250 250, 5, 50, 2, 30, 300",
    "DownExcludeUnscheduled, RPPPP, 1000 1000 1000 1000 1000, 100, 5, 50, 1, 10, 100",
    "DownIgnoreHotCpu, RRRHH, 1000 1000 1000 1000 1000, 100 300 500 250 250, 5, 50, 2, 30, 300",
    "Tolerance, RRR, 900 1000 1100, 1010 1030 1020, 3, 100, 3, 102, 1020",
    "MissingMetrics, RRRR, 1000 1000 1000 1000, 400 95, 4, 100, 3, 24, 247",
    "MissingNoChangeEq, RR, 1000 1000, 1000, 2, 100, 2, 100, 1000",
    "MissingNoChangeGt, RR, 1000 1000, 1900, 2, 100, 2, 190, 1900",
    "MissingNoChangeLt, RR, 1000 1000, 600, 2, 100, 2, 60, 600",
    "MissingUnreadyChange, URR, 1000 1000 1000, 100 450, 3, 50, 3, 45, 450",
    "MissingUnreadyScaleUp, URR, 1000 1000 1000, 100 2000, 3, 50, 4, 200, 2000",
    "MissingUnreadyScaleDown, URRR, 1000 1000 1000 1000, 100 100 100, 4, 50, 3, 10, 100",
    "RollingUpdateWithMaxSurge, RRR, 1000 1000 1000, 100 100, 2, 50, 2, 10, 100",
  })
  void byUtilization_table_followsUpstream(
      String name,
      String pods,
      String requests,
      String levels,
      int current,
      int target,
      int replicas,
      int percent,
      long milli)
      throws MetricException {
    ReplicaCount.Wanted wanted =
        count(pods(pods, requests), current).byUtilization(samples(levels), "cpu", "", target);
    assertEquals(new ReplicaCount.Wanted(replicas, percent, milli), wanted, name);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ScaleUpCM, RRR, 20000 10000 30000, 3, 15000, 4, 20000",
    "ScaleUpCMUnreadyHotCpuNoLessScale, RRH, 50000 10000 30000, 3, 15000, 6, 30000",
    "ScaleUpCMUnreadyHotCpuScaleWouldScaleDown, URU, 50000 15000 30000, 3, 15000, 7, 31666",
    "ScaleDownCM, RRRRR, 12000 12000 12000 12000 12000, 5, 20000, 3, 12000",
    "ToleranceCM, RRR, 20000 21000 21000, 3, 20000, 3, 20666",
    "ScaleUpCMExternal, R, 8600, 1, 4400, 2, 8600",
  })
  void byAverage_table_followsUpstream(
      String name, String pods, String levels, int current, long target, int replicas, long milli)
      throws MetricException {
    ReplicaCount.Wanted wanted =
        count(pods(pods, ""), current).byAverage(samples(levels), "", target);
    assertEquals(new ReplicaCount.Wanted(replicas, 0, milli), wanted, name);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ScaleUpCMObject, RRR, 20000, 3, 15000, 4",
    "ScaleUpCMObjectIgnoresUnreadyPods, URU, 50000, 3, 10000, 5",
    "ScaleUpCMExternalIgnoresUnreadyPods, URU, 8600, 3, 4400, 2",
    "ScaleDownCMObject, RRRRR, 12000, 5, 20000, 3",
    "ScaleDownCMExternal, RRRRR, 8600, 5, 14334, 3",
    "ToleranceCMObject, RRR, 20666, 3, 20000, 3",
    "ToleranceCMExternal, RRR, 8600, 3, 8888, 3",
    "FromZero, '', 2500, 0, 1000, 3",
  })
  void byValue_table_followsUpstream(
      String name, String pods, long value, int current, long target, int replicas)
      throws MetricException {
    assertEquals(
        new ReplicaCount.Wanted(replicas, 0, value),
        count(pods(pods, ""), current).byValue(value, target),
        name);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ScaleUpCMPerPodObject, 20000, 3, 5000, 4, 6667",
    "ScaleUpPerPodCMExternal, 8600, 3, 2150, 4, 2867",
    "ScaleDownPerPodCMObject, 6000, 5, 2000, 3, 1200",
    "ScaleDownPerPodCMExternal, 8600, 5, 2867, 3, 1720",
    "TolerancePerPodCMObject, 20166, 4, 5000, 4, 5042",
    "TolerancePerPodCMExternal, 8600, 3, 2900, 3, 2867",
  })
  void byShare_table_followsUpstream(
      String name, long value, int present, long target, int replicas, long share) {
    assertEquals(
        new ReplicaCount.Wanted(replicas, 0, share),
        count(List.of(), present).byShare(value, target, present),
        name);
  }

  @Test
  void byUtilization_superfluousMetrics_countWhatIsKnown() throws MetricException {
    List<Pod> pods = pods("RRRR", "1000 1000 1000 1000");
    ReplicaCount.Wanted wanted =
        count(pods, 4).byUtilization(samples("4000 9500 3000 7000 3200 2000"), "cpu", "", 100);
    assertEquals(new ReplicaCount.Wanted(24, 587, 5_875), wanted);
  }

  @Test
  void byUtilization_impossible_saysWhyInUpstreamsWords() {
    assertEquals(
        "no pods returned by selector while calculating replica count",
        failure(List.of(), Map.of()));
    assertEquals(
        "did not receive metrics for targeted pods (pods might be unready)",
        failure(pods("P", "1000"), Map.of()));
    assertEquals(
        "missing request for cpu in container c of Pod p0", failure(pods("R", ""), samples("200")));
    assertEquals(
        "no metrics returned matched known pods",
        failure(pods("R", "1000"), Map.of("an-older-pod", new Sample(NOW, WINDOW, 100))));
  }

  @Test
  void byUtilization_ownTolerance_holds() throws MetricException {
    List<Pod> pods = pods("RR", "1000 1000");
    ReplicaCount wide =
        new ReplicaCount(pods, 2, new Tolerance(0.1, 0.6), AutoscalerPace.DEFAULT, NOW);
    ReplicaCount narrow =
        new ReplicaCount(pods, 2, new Tolerance(0.1, 0), AutoscalerPace.DEFAULT, NOW);
    assertEquals(2, wide.byUtilization(samples("750 750"), "cpu", "", 50).replicas());
    assertEquals(3, narrow.byUtilization(samples("510 510"), "cpu", "", 50).replicas());
  }

  @Test
  void requests_podLevelAndSidecars_count() throws MetricException {
    Pod pod = pods("R", "100").getFirst();
    Container sidecar = container("s", "50").toBuilder().restartPolicy("Always").build();
    Pod with =
        pod.toBuilder()
            .spec(pod.spec().toBuilder().initContainers(List.of(sidecar)).build())
            .build();
    assertEquals(Map.of("p0", 150L), Requests.of(List.of(with), "", "cpu"));
    assertEquals(Map.of("p0", 50L), Requests.of(List.of(with), "s", "cpu"));
    Pod whole =
        with.toBuilder().spec(with.spec().toBuilder().resources(requests("400")).build()).build();
    assertEquals(Map.of("p0", 400L), Requests.of(List.of(whole), "", "cpu"));
    assertTrue(
        assertThrows(MetricException.class, () -> Requests.of(List.of(whole), "", "memory"))
            .text()
            .contains("missing pod-level request for memory in Pod p0"));
  }

  private static String failure(List<Pod> pods, Map<String, Sample> samples) {
    return assertThrows(
            MetricException.class, () -> count(pods, 1).byUtilization(samples, "cpu", "", 100))
        .text();
  }

  private static ReplicaCount count(List<Pod> pods, int current) {
    return new ReplicaCount(pods, current, new Tolerance(0.1, 0.1), AutoscalerPace.DEFAULT, NOW);
  }

  private static Map<String, Sample> samples(String levels) {
    Map<String, Sample> samples = new HashMap<>();
    String[] all = levels.split(" ", -1);
    for (int i = 0; i < all.length; i++) {
      samples.put("p" + i, new Sample(NOW, WINDOW, Long.parseLong(all[i])));
    }
    return samples;
  }

  private static List<Pod> pods(String kinds, String requests) {
    List<Pod> pods = new ArrayList<>();
    String[] all = requests.isEmpty() ? new String[0] : requests.split(" ", -1);
    for (int i = 0; i < kinds.length(); i++) {
      pods.add(pod("p" + i, kinds.charAt(i), i < all.length ? all[i] : ""));
    }
    return pods;
  }

  private static Pod pod(String name, char kind, String request) {
    boolean unready = kind == 'U' || kind == 'F';
    Instant start = kind == 'H' ? HOT : COOL;
    PodCondition ready =
        PodCondition.builder()
            .type("Ready")
            .status(unready ? "False" : "True")
            .lastTransitionTime(start)
            .build();
    return Pod.builder()
        .metadata(
            ObjectMeta.builder().name(name).deletionTimestamp(kind == 'D' ? NOW : null).build())
        .spec(PodSpec.builder().containers(List.of(container("c", request))).build())
        .status(
            PodStatus.builder()
                .phase(kind == 'P' ? "Pending" : kind == 'F' ? "Failed" : "Running")
                .startTime(start)
                .conditions(List.of(ready))
                .build())
        .build();
  }

  private static Container container(String name, String request) {
    return Container.builder()
        .name(name)
        .resources(request.isEmpty() ? null : requests(request))
        .build();
  }

  private static ResourceRequirements requests(String milli) {
    return ResourceRequirements.builder()
        .requests(Map.of("cpu", Quantity.parse(milli + "m")))
        .build();
  }
}
