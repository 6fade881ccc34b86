package dev.wherry.controllers.daemonset;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.IntOrString;
import dev.wherry.model.apps.v1.DaemonSet;
import dev.wherry.model.apps.v1.DaemonSetStatus;
import dev.wherry.model.apps.v1.DaemonSetUpdateStrategy;
import dev.wherry.model.apps.v1.RollingUpdateDaemonSet;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides for one DaemonSet (kube-controller-manager daemon). Pure.
 *
 * @param create pods, each for its node
 */
record DaemonPlan(
    List<Pod> create, List<Pod> delete, DaemonSet status, List<Action> events, Duration again) {
  /** A failed pod is replaced after this at the earliest: most fail again at once. */
  static final Duration FAILED_PAUSE = Duration.ofSeconds(1);

  /**
   * @param hash of the template as it is now
   * @param pods the set's own
   * @param mayChange whether the view shows everything that was done before
   */
  static DaemonPlan of(
      DaemonSet set,
      String hash,
      List<Node> nodes,
      List<Pod> pods,
      boolean mayChange,
      Instant now) {
    Decision decision = new Decision(set, hash, nodes, pods, now);
    if (mayChange && set.metadata().deletionTimestamp() == null) {
      decision.place();
      decision.roll();
    }
    return decision.plan(mayChange);
  }

  /** One decision while it is made. */
  private static final class Decision {
    private final DaemonSet set;
    private final String hash;
    private final List<Node> nodes;
    private final Instant now;
    private final PodSpec spec;
    private final int minReady;
    private final boolean rolling;
    private final IntOrString maxSurge;
    private final IntOrString maxUnavailable;
    private final Map<String, List<Pod>> onNode = new HashMap<>();
    private final List<Pod> create = new ArrayList<>();
    private final List<Pod> delete = new ArrayList<>();
    private final List<Action> events = new ArrayList<>();
    private Duration again = Duration.ZERO;

    Decision(DaemonSet set, String hash, List<Node> nodes, List<Pod> pods, Instant now) {
      this.set = set;
      this.hash = hash;
      this.nodes = nodes;
      this.now = now;
      this.spec = DaemonPods.spec(set);
      this.minReady = requireNonNullElse(set.spec().minReadySeconds(), 0);
      DaemonSetUpdateStrategy strategy =
          requireNonNullElse(set.spec().updateStrategy(), DaemonSetUpdateStrategy.EMPTY);
      RollingUpdateDaemonSet update =
          requireNonNullElse(strategy.rollingUpdate(), RollingUpdateDaemonSet.EMPTY);
      this.rolling = !strategy.type().equals("OnDelete");
      this.maxSurge = requireNonNullElse(update.maxSurge(), IntOrString.of(0));
      this.maxUnavailable = requireNonNullElse(update.maxUnavailable(), IntOrString.of(1));
      for (Pod pod : pods) {
        onNode.computeIfAbsent(DaemonPods.node(pod), n -> new ArrayList<>()).add(pod);
      }
      onNode.values().forEach(list -> list.sort(DaemonPods.FIRST));
    }

    private List<Pod> pods(Node node) {
      return onNode.getOrDefault(node.metadata().name(), List.of());
    }

    private boolean isSurging() {
      return rolling && surge(1) > 0;
    }

    private int surge(int desired) {
      return maxSurge.scaled(desired, true);
    }

    /** Which nodes lack a pod, and which pods are too many. */
    void place() {
      for (Node node : nodes) {
        NodeFit fit = NodeFit.of(spec, node);
        List<Pod> pods = pods(node);
        if (fit.run() && pods.isEmpty()) {
          create.add(DaemonPods.pod(set, hash, node.metadata().name()));
        } else if (fit.stay()) {
          mend(pods);
        } else {
          pods.stream().filter(p -> !PodFacts.isDeleted(p)).forEach(delete::add);
        }
      }
      List<String> names = nodes.stream().map(n -> n.metadata().name()).toList();
      onNode.forEach((name, pods) -> {
        if (!names.contains(name)) {
          // Its node is gone: it would wait for it for ever.
          pods.stream()
              .filter(p -> !PodFacts.isDeleted(p) && p.spec().nodeName().isEmpty())
              .forEach(delete::add);
        }
      });
    }

    private void mend(List<Pod> pods) {
      List<Pod> running = new ArrayList<>();
      for (Pod pod : pods) {
        if (PodFacts.isDeleted(pod)) {
          continue;
        }
        if (PodFacts.isFinished(pod)) {
          replaceEnded(pod);
        } else {
          running.add(pod);
        }
      }
      if (!isSurging()) {
        // The oldest stays.
        running.stream().skip(1).forEach(delete::add);
        return;
      }
      dropDoubled(running.stream().filter(this::isNew).toList());
      dropDoubled(running.stream().filter(p -> !isNew(p)).toList());
    }

    private void dropDoubled(List<Pod> alike) {
      alike.stream().skip(1).forEach(delete::add);
    }

    private void replaceEnded(Pod pod) {
      boolean failed = pod.status().phase().equals("Failed");
      Duration left = Duration.between(now, PodFacts.created(pod).plus(FAILED_PAUSE));
      if (failed && left.isPositive()) {
        soonest(left);
        return;
      }
      delete.add(pod);
      String kind = failed ? "failed" : "succeeded";
      String message =
          "Found "
              + kind
              + " daemon pod "
              + pod.metadata().namespace()
              + "/"
              + pod.metadata().name()
              + " on node "
              + DaemonPods.node(pod)
              + ", will try to "
              + (failed ? "kill" : "delete")
              + " it";
      events.add(
          new Action.Report(
              References.to(set),
              failed ? EventType.WARNING : EventType.NORMAL,
              failed ? "FailedDaemonPod" : "SucceededDaemonPod",
              message));
    }

    private void soonest(Duration wait) {
      again = again.isZero() || wait.compareTo(again) < 0 ? wait : again;
    }

    private boolean isNew(Pod pod) {
      return DaemonPods.isNew(set, hash, pod);
    }

    private boolean isAvailable(Pod pod) {
      return PodFacts.isActive(pod) && PodFacts.isAvailable(pod, minReady, now);
    }

    private Optional<Pod> live(Node node, boolean ofNew) {
      return pods(node).stream()
          .filter(p -> PodFacts.isActive(p) && !delete.contains(p) && isNew(p) == ofNew)
          .findFirst();
    }

    /** Replaces old pods, as many at once as the strategy allows. */
    void roll() {
      if (!rolling) {
        return;
      }
      List<Node> wanted = nodes.stream().filter(n -> NodeFit.of(spec, n).run()).toList();
      if (isSurging()) {
        rollWithSurge(wanted);
        return;
      }
      int most = Math.max(1, maxUnavailable.scaled(wanted.size(), true));
      int unavailable = 0;
      List<Pod> candidates = new ArrayList<>();
      for (Node node : wanted) {
        Optional<Pod> old = live(node, false);
        Optional<Pod> fresh = live(node, true);
        if (old.isPresent() && fresh.isEmpty() && isAvailable(old.get())) {
          candidates.add(old.get());
        } else {
          unavailable += fresh.filter(this::isAvailable).isPresent() ? 0 : 1;
          if (fresh.isEmpty()) {
            // It serves nobody: replacing it costs nothing.
            old.ifPresent(delete::add);
          }
        }
      }
      int count = Math.clamp(most - unavailable, 0, candidates.size());
      delete.addAll(candidates.subList(0, count));
    }

    private void rollWithSurge(List<Node> wanted) {
      int surging = 0;
      List<Node> candidates = new ArrayList<>();
      for (Node node : wanted) {
        Optional<Pod> old = live(node, false);
        Optional<Pod> fresh = live(node, true);
        if (old.isEmpty()) {
          continue;
        }
        if (fresh.isPresent()) {
          if (isAvailable(fresh.get())) {
            delete.add(old.get());
          } else {
            surging++;
          }
        } else if (isAvailable(old.get())) {
          candidates.add(node);
        } else {
          create.add(DaemonPods.pod(set, hash, node.metadata().name()));
        }
      }
      int count = Math.clamp(surge(wanted.size()) - surging, 0, candidates.size());
      for (Node node : candidates.subList(0, count)) {
        create.add(DaemonPods.pod(set, hash, node.metadata().name()));
      }
    }

    /**
     * @param acted whether the specification was followed, too
     */
    DaemonPlan plan(boolean acted) {
      int desired = 0;
      int current = 0;
      int misplaced = 0;
      int ready = 0;
      int updated = 0;
      int available = 0;
      for (Node node : nodes) {
        List<Pod> pods = pods(node);
        if (!NodeFit.of(spec, node).run()) {
          misplaced += pods.isEmpty() ? 0 : 1;
          continue;
        }
        desired++;
        if (pods.isEmpty()) {
          continue;
        }
        current++;
        Pod first = pods.getFirst();
        ready += PodFacts.isReady(first) ? 1 : 0;
        available += PodFacts.isAvailable(first, minReady, now) ? 1 : 0;
        updated += isNew(first) ? 1 : 0;
        PodFacts.availableIn(first, minReady, now)
            .filter(Duration::isPositive)
            .ifPresent(this::soonest);
      }
      DaemonSetStatus status =
          set.status().toBuilder()
              .observedGeneration(
                  acted
                      ? requireNonNullElse(set.metadata().generation(), 0L)
                      : set.status().observedGeneration())
              .desiredNumberScheduled(desired)
              .currentNumberScheduled(current)
              .numberMisscheduled(misplaced)
              .numberReady(ready)
              .updatedNumberScheduled(unlessZero(updated))
              .numberAvailable(unlessZero(available))
              .numberUnavailable(unlessZero(desired - available))
              .build();
      return new DaemonPlan(create, delete, set.toBuilder().status(status).build(), events, again);
    }

    private static @Nullable Integer unlessZero(int count) {
      return count == 0 ? null : count;
    }
  }
}
