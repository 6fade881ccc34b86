package dev.wherry.bench.packing;

import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeStatus;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.ResourceRequirements;
import dev.wherry.model.meta.v1.ObjectMeta;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Tasks drawn from a trace come until more GPUs have been asked for than there are; those that fit
 * nowhere go away. All decisions are the scheduler's own, in memory.
 */
public final class PackingRun {
  private static final String GPU = "nvidia.com/gpu";
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

  private final Trace trace;
  private final Profile profile;
  private final Decider decider;
  private final Random random;
  private ClusterSnapshot snapshot = ClusterSnapshot.EMPTY;
  private int names;

  /**
   * What came of it; shares are of all GPUs of the cluster.
   *
   * @param nodesAtHalf nodes with a pod when half of the GPUs have been asked for
   * @param atFull GPUs given when as many have been asked for as there are
   * @param atEnd the same with 1.3 times as many
   * @param refused tasks that fitted nowhere, of all
   * @param micros of a decision, on average
   */
  public record Figures(
      int nodesAtHalf, double atFull, double atEnd, double refused, long micros) {}

  private PackingRun(Trace trace, SchedulerConfig config, long seed) {
    this.trace = trace;
    this.profile = ProfileFactory.create(config.profiles().getFirst(), NO_BINDING);
    this.decider = new Decider(seed);
    this.random = new Random(seed);
  }

  /** Places tasks with the first profile of the configuration. */
  public static Figures of(Trace trace, SchedulerConfig config, long seed) {
    PackingRun run = new PackingRun(trace, config, seed);
    for (Trace.Sizes machine : trace.machines()) {
      run.snapshot = run.snapshot.with(NodeReader.read(run.node(machine)));
    }
    return run.fill();
  }

  private Figures fill() {
    int all = trace.gpus();
    int nodesAtHalf = 0;
    double atFull = 0;
    int asked = 0;
    int given = 0;
    int tasks = 0;
    int refused = 0;
    long start = System.nanoTime();
    while (asked < all * 1.3) {
      Trace.Sizes task = trace.tasks().get(random.nextInt(trace.tasks().size()));
      boolean fits = place(PodReader.read(pod(task)));
      tasks++;
      refused += fits ? 0 : 1;
      given += fits ? task.gpus() : 0;
      int before = asked;
      asked += task.gpus();
      if (before < all / 2 && asked >= all / 2) {
        nodesAtHalf = used();
      }
      if (before < all && asked >= all) {
        atFull = (double) given / all;
      }
    }
    long micros = (System.nanoTime() - start) / 1_000 / tasks;
    return new Figures(nodesAtHalf, atFull, (double) given / all, (double) refused / tasks, micros);
  }

  private int used() {
    int used = 0;
    for (int i = 0; i < snapshot.size(); i++) {
      used += snapshot.at(i).pods().isEmpty() ? 0 : 1;
    }
    return used;
  }

  private boolean place(PodView pod) {
    if (decider.decide(pod, snapshot, profile) instanceof Decision.Place place) {
      NodeView node = snapshot.node(place.node()).orElseThrow();
      snapshot = snapshot.with(node.with(pod.on(place.node())));
      return true;
    }
    return false;
  }

  private Node node(Trace.Sizes sizes) {
    Map<String, Quantity> has = new LinkedHashMap<>(quantities(sizes));
    has.put("pods", Quantity.parse("1000"));
    return Node.builder()
        .metadata(ObjectMeta.builder().name("node-" + names++).build())
        .status(NodeStatus.builder().capacity(has).allocatable(has).build())
        .build();
  }

  private Pod pod(Trace.Sizes sizes) {
    Container container =
        Container.builder()
            .name("task")
            .image("registry.example.com/task")
            .resources(ResourceRequirements.builder().requests(quantities(sizes)).build())
            .build();
    return Pod.builder()
        .metadata(ObjectMeta.builder().name("task-" + names++).namespace("default").build())
        .spec(PodSpec.builder().containers(new ArrayList<>(List.of(container))).build())
        .build();
  }

  private static Map<String, Quantity> quantities(Trace.Sizes sizes) {
    Map<String, Quantity> quantities = new LinkedHashMap<>();
    quantities.put("cpu", Quantity.parse(sizes.milliCpu() + "m"));
    quantities.put("memory", Quantity.parse(sizes.memoryMebibytes() + "Mi"));
    if (sizes.gpus() > 0) {
      quantities.put(GPU, Quantity.parse(String.valueOf(sizes.gpus())));
    }
    return quantities;
  }
}
