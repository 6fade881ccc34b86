package dev.wherry.controllers.job;

import dev.wherry.controllers.workload.DeletionOrder;
import dev.wherry.controllers.workload.PodFactory;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.controllers.workload.PodWrites;
import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.EnvVar;
import dev.wherry.model.core.v1.EnvVarSource;
import dev.wherry.model.core.v1.ObjectFieldSelector;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which pods a running Job needs and which it has too many (job manageJob). Pure.
 *
 * @param delete without counting them
 * @param active how many there will be
 * @param again when pods may be replaced that have to wait
 */
record PodPlan(List<Pod> create, List<Pod> delete, int active, Duration again) {
  private static final String INDEX_VARIABLE = "JOB_COMPLETION_INDEX";

  static PodPlan of(Job job, JobFacts facts, List<JobPod> pods, JobTally tally, Instant now) {
    List<JobPod> active = pods.stream().filter(p -> PodFacts.isActive(p.pod())).toList();
    int wanted = facts.suspended() ? 0 : wanted(facts, tally, active.size());
    List<Pod> surplus = surplus(facts, tally, active, active.size() - wanted, now);
    if (!surplus.isEmpty()) {
      List<Pod> first = surplus.subList(0, Math.min(surplus.size(), PodWrites.BURST_PODS));
      return new PodPlan(List.of(), first, active.size() - first.size(), Duration.ZERO);
    }
    int missing = wanted - active.size();
    if (facts.replaceFailedOnly()) {
      missing -= (int) pods.stream().filter(p -> PodFacts.isTerminating(p.pod())).count();
    }
    if (missing <= 0) {
      return new PodPlan(List.of(), List.of(), active.size(), Duration.ZERO);
    }
    if (facts.perIndexLimit().isEmpty()) {
      Duration wait = JobBackoff.remaining(pods, facts, now);
      if (wait.isPositive()) {
        return new PodPlan(List.of(), List.of(), active.size(), wait);
      }
    }
    int count = Math.min(missing, PodWrites.BURST_PODS);
    if (!facts.indexed()) {
      List<Pod> created = java.util.Collections.nCopies(count, pod(job, facts, Map.of()));
      return new PodPlan(created, List.of(), active.size(), Duration.ZERO);
    }
    return indexed(job, facts, pods, tally, count, active.size(), now);
  }

  private static int wanted(JobFacts facts, JobTally tally, int active) {
    if (facts.completions().isEmpty()) {
      return tally.succeeded() > 0 ? active : facts.parallelism();
    }
    int left = facts.completions().get() - tally.succeeded();
    if (facts.perIndexLimit().isPresent()) {
      left -= tally.failedIndexes().size() - tally.failedIndexes().common(tally.completed());
    }
    return Math.clamp(left, 0, facts.parallelism());
  }

  /** Pods of an index that has another, or is none of the Job's, go whatever the number. */
  private static List<Pod> surplus(
      JobFacts facts, JobTally tally, List<JobPod> active, int atLeast, Instant now) {
    List<Pod> go = new ArrayList<>();
    List<Pod> rest = new ArrayList<>();
    Set<Integer> taken = new HashSet<>();
    List<Pod> order =
        DeletionOrder.of(active.stream().map(JobPod::pod).toList(), List.of(), now).reversed();
    for (Pod pod : order) {
      int index = new JobPod(pod).index();
      boolean useless =
          facts.indexed()
              && (!facts.inRange(index) || tally.completed().contains(index) || !taken.add(index));
      if (useless) {
        go.add(pod);
      } else {
        rest.addFirst(pod);
      }
    }
    for (Pod pod : rest) {
      if (go.size() >= atLeast) {
        break;
      }
      go.add(pod);
    }
    return go;
  }

  private static PodPlan indexed(
      Job job,
      JobFacts facts,
      List<JobPod> pods,
      JobTally tally,
      int count,
      int active,
      Instant now) {
    Set<Integer> taken = new HashSet<>();
    for (JobPod pod : pods) {
      boolean holds =
          PodFacts.isActive(pod.pod())
              || (facts.replaceFailedOnly() && PodFacts.isTerminating(pod.pod()));
      if (holds) {
        taken.add(pod.index());
      }
    }
    List<Pod> create = new ArrayList<>();
    Duration again = Duration.ZERO;
    for (int i = 0; i < facts.completions().orElse(0) && create.size() < count; i++) {
      if (taken.contains(i) || tally.completed().contains(i) || tally.failedIndexes().contains(i)) {
        continue;
      }
      JobPod last = tally.lastFailed().get(i);
      Duration wait = last == null ? Duration.ZERO : JobBackoff.remaining(last, now);
      if (wait.isPositive()) {
        again = again.isZero() || wait.compareTo(again) < 0 ? wait : again;
      } else {
        create.add(pod(job, facts, annotations(facts, tally, i)));
      }
    }
    return new PodPlan(create, List.of(), active, again);
  }

  private static Map<String, String> annotations(JobFacts facts, JobTally tally, int index) {
    Map<String, String> all = new TreeMap<>(Map.of(JobPod.INDEX, Integer.toString(index)));
    if (facts.perIndexLimit().isPresent()) {
      JobPod last = tally.lastFailed().get(index);
      int failures = 0;
      int ignored = 0;
      if (last != null) {
        boolean counts = !tally.policy().ignores(last);
        failures = last.failuresBefore() + (counts ? 1 : 0);
        ignored = last.ignoredBefore() + (counts ? 0 : 1);
      }
      all.put(JobPod.FAILURES, Integer.toString(failures));
      if (ignored > 0) {
        all.put(JobPod.IGNORED, Integer.toString(ignored));
      }
    }
    return all;
  }

  private static Pod pod(Job job, JobFacts facts, Map<String, String> annotations) {
    Pod plain = PodFactory.ofTemplate(facts.template(), job);
    ObjectMeta.Builder meta = plain.metadata().toBuilder();
    List<String> finalizers = new ArrayList<>(plain.metadata().finalizers());
    if (!finalizers.contains(JobFacts.FINALIZER)) {
      finalizers.add(JobFacts.FINALIZER);
    }
    meta.finalizers(finalizers);
    String index = annotations.get(JobPod.INDEX);
    if (index == null) {
      return plain.toBuilder().metadata(meta.build()).build();
    }
    Map<String, String> all = new TreeMap<>(plain.metadata().annotations());
    all.putAll(annotations);
    Map<String, String> labels = new TreeMap<>(plain.metadata().labels());
    labels.put(JobPod.INDEX, index);
    String name = job.metadata().name() + "-" + index;
    meta.annotations(all).labels(labels).generateName(PodFactory.prefix(name));
    return plain.toBuilder()
        .metadata(meta.build())
        .spec(
            plain.spec().toBuilder()
                .hostname(name)
                .containers(withIndex(plain.spec().containers()))
                .initContainers(withIndex(plain.spec().initContainers()))
                .build())
        .build();
  }

  private static List<Container> withIndex(List<Container> containers) {
    EnvVar variable =
        EnvVar.builder()
            .name(INDEX_VARIABLE)
            .valueFrom(
                EnvVarSource.builder()
                    .fieldRef(
                        ObjectFieldSelector.builder()
                            .apiVersion("v1")
                            .fieldPath("metadata.labels['" + JobPod.INDEX + "']")
                            .build())
                    .build())
            .build();
    List<Container> all = new ArrayList<>();
    for (Container container : containers) {
      if (container.env().stream().anyMatch(e -> e.name().equals(INDEX_VARIABLE))) {
        all.add(container);
      } else {
        List<EnvVar> env = new ArrayList<>(container.env());
        env.add(variable);
        all.add(container.toBuilder().env(env).build());
      }
    }
    return all;
  }
}
