package dev.wherry.controllers.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Fixtures;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.job.JobController;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.batch.v1.JobCondition;
import dev.wherry.model.batch.v1.JobSpec;
import dev.wherry.model.core.v1.Pod;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A Job, indexed or not, whose pods end well or not, are deleted, and which is suspended. */
final class JobScenario implements Scenario {
  private static final int COMPLETIONS = 6;
  private static final int PARALLELISM = 3;

  private final boolean indexed;
  private final boolean perIndex;
  private final Set<String> succeeded = new HashSet<>();
  private final Map<String, Integer> indexOf = new HashMap<>();
  private boolean suspended;

  JobScenario(boolean indexed, boolean perIndex) {
    this.indexed = indexed;
    this.perIndex = perIndex;
  }

  @Override
  public List<Controller> controllers(Parts parts) {
    return List.of(new JobController(parts));
  }

  @Override
  public PodLife podLife() {
    return PodLife.BATCH;
  }

  @Override
  public void begin(World world) {
    JobSpec spec =
        JobSpec.builder()
            .completions(COMPLETIONS)
            .parallelism(PARALLELISM)
            .completionMode(indexed ? "Indexed" : "NonIndexed")
            .backoffLimit(perIndex ? Integer.MAX_VALUE : 1_000)
            .backoffLimitPerIndex(perIndex ? 1 : null)
            .podReplacementPolicy("TerminatingOrFailed")
            .selector(Workloads.WEB)
            .template(Workloads.template("app:0"))
            .build();
    world
        .api()
        .create(
            Job.KIND,
            Job.builder().metadata(Fixtures.meta("default", "run").build()).spec(spec).build());
    world
        .api()
        .onStored(change -> {
          if (change.kind().plural().equals("pods") && change.after() != null) {
            if (change.after().at("/status/phase").asText().equals("Succeeded")) {
              String uid = change.after().at("/metadata/uid").asText();
              succeeded.add(uid);
              String index =
                  change
                      .after()
                      .at("/metadata/annotations/batch.kubernetes.io~1job-completion-index")
                      .asText("-1");
              indexOf.put(uid, Integer.parseInt(index));
            }
          }
        });
  }

  @Override
  public void user(World world) {
    int what = world.random().nextInt(12);
    if (what < 2) {
      suspended = what == 0;
      boolean wanted = suspended;
      world.edit(
          Job.KIND,
          "run",
          j -> j.toBuilder().spec(j.spec().toBuilder().suspend(wanted).build()).build());
    } else if (what < 4) {
      List<Pod> pods = world.truth(Pod.KIND);
      if (!pods.isEmpty()) {
        Pod pod = pods.get(world.random().nextInt(pods.size()));
        if (pod.metadata().deletionTimestamp() == null) {
          world.api().delete(Pod.KIND, "default", pod.metadata().name(), DeleteOptions.DEFAULT);
        }
      }
    }
  }

  @Override
  public void check(World world) {
    Job job = world.truth(Job.KIND).getFirst();
    int counted = Fixtures.or0(job.status().succeeded());
    int uncounted =
        job.status().uncountedTerminatedPods() == null
            ? 0
            : job.status().uncountedTerminatedPods().succeeded().size();
    assertTrue(
        counted + (indexed ? 0 : uncounted) <= succeeded.size(),
        counted + " + " + uncounted + " counted, " + succeeded.size() + " succeeded");
    long active =
        world.owned(Pod.KIND, job.metadata().uid()).stream().filter(PodFacts::isActive).count();
    assertTrue(active <= PARALLELISM, active + " pods run");
  }

  @Override
  public void settled(World world) {
    Job job = world.truth(Job.KIND).getFirst();
    List<String> conditions =
        job.status().conditions().stream()
            .filter(c -> c.status().equals("True"))
            .map(JobCondition::type)
            .toList();
    boolean held = perIndex && conditions.contains("Suspended");
    for (Pod pod : held ? List.<Pod>of() : world.truth(Pod.KIND)) {
      assertTrue(
          pod.metadata().finalizers().isEmpty() || PodFacts.isActive(pod),
          "a pod ended and is not let go");
    }
    if (conditions.contains("Suspended")) {
      assertEquals(0, Fixtures.or0(job.status().active()));
      return;
    }
    assertEquals(0, Fixtures.or0(job.status().active()));
    if (perIndex && conditions.contains("Failed")) {
      assertTrue(!job.status().failedIndexes().isEmpty(), "failed without failed indexes");
      return;
    }
    assertTrue(conditions.contains("Complete"), conditions + " of " + job.status());
    if (indexed) {
      assertEquals("0-" + (COMPLETIONS - 1), job.status().completedIndexes());
      assertEquals(COMPLETIONS, new HashSet<>(indexOf.values()).size());
    } else {
      assertEquals(succeeded.size(), Fixtures.or0(job.status().succeeded()));
    }
  }
}
