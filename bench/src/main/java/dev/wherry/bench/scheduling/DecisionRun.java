package dev.wherry.bench.scheduling;

import dev.wherry.model.core.v1.Pod;
import dev.wherry.scheduler.api.NodeReader;
import dev.wherry.scheduler.api.PodReader;
import dev.wherry.scheduler.config.ProfileFactory;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.decision.Decider;
import dev.wherry.scheduler.decision.Decision;
import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A workload decided in memory: no API, no queue. A preempting pod's victims are gone at once and
 * the pod is decided again; both decisions count as one. Times are CPU times of the deciding
 * thread, so that a busy machine does not show in them; the collector's and the compiler's are not
 * in them.
 */
final class DecisionRun {
  private static final BindPlugin NO_BINDING =
      new BindPlugin() {
        @Override
        public String name() {
          return "none";
        }

        @Override
        public void bind(PodView pod, String node) {
          throw new IllegalStateException("nothing is bound here");
        }
      };

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Profile profile =
      ProfileFactory.create(SchedulerConfig.defaults().profiles().getFirst(), NO_BINDING);
  private final Decider decider;
  private ClusterSnapshot snapshot = ClusterSnapshot.EMPTY;

  /**
   * What was measured.
   *
   * @param placed measured pods that found a node
   */
  record Figures(int placed, double podsPerSecond, long medianMicros, long p99Micros) {}

  private DecisionRun(long seed) {
    this.decider = new Decider(seed);
  }

  static Figures of(Workload workload, long seed) {
    DecisionRun run = new DecisionRun(seed);
    for (int i = 0; i < workload.nodes(); i++) {
      run.snapshot = run.snapshot.with(NodeReader.read(workload.node().apply(i)));
    }
    for (int i = 0; i < workload.firstPods(); i++) {
      run.decide(PodReader.read(workload.first().apply(i)));
    }
    return run.measure(workload.measuredPods(), workload.measured());
  }

  private Figures measure(int count, IntFunction<Pod> pods) {
    List<PodView> views =
        IntStream.range(0, count).mapToObj(i -> PodReader.read(pods.apply(i))).toList();
    long[] nanos = new long[count];
    int placed = 0;
    long start = THREADS.getCurrentThreadCpuTime();
    for (int i = 0; i < count; i++) {
      long before = THREADS.getCurrentThreadCpuTime();
      placed += decide(views.get(i)) ? 1 : 0;
      nanos[i] = THREADS.getCurrentThreadCpuTime() - before;
    }
    long took = THREADS.getCurrentThreadCpuTime() - start;
    Arrays.sort(nanos);
    return new Figures(
        placed, count * 1e9 / took, nanos[count / 2] / 1_000, nanos[count * 99 / 100] / 1_000);
  }

  private boolean decide(PodView pod) {
    return switch (decider.decide(pod, snapshot, profile)) {
      case Decision.Place place -> place(pod, place.node());
      case Decision.Failed _ -> false;
      case Decision.Nowhere nowhere ->
          nowhere.room() instanceof Decision.Room.Preempt(String node, List<PodView> victims)
              && preempt(pod, node, victims);
    };
  }

  private boolean preempt(PodView pod, String node, List<PodView> victims) {
    NodeView now = snapshot.node(node).orElseThrow();
    for (PodView victim : victims) {
      now = now.without(victim.key());
    }
    snapshot = snapshot.with(now);
    return decider.decide(pod.nominatedTo(node), snapshot, profile) instanceof Decision.Place place
        && place(pod, place.node());
  }

  private boolean place(PodView pod, String node) {
    snapshot = snapshot.with(snapshot.node(node).orElseThrow().with(pod.on(node)));
    return true;
  }
}
