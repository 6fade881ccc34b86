package dev.wherry.scheduler.queue;

import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.PodEvent;
import dev.wherry.scheduler.view.PodAffinities;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodShape;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.SpreadConstraint;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Unschedulable pods until an event helps them. Thousands of a kind are asked about once: an event
 * about one pod helps all of them or none, but those for which room is being made on its node.
 */
final class Parked {
  /** In the order they came, so the first is due first. */
  private final Map<PodKey, Waiting> all = new LinkedHashMap<>();

  private final Map<Kind, Alike> byKind = new HashMap<>();
  private final Map<Waiting, Alike> alike = new HashMap<>();

  /** How many of them an event may help. */
  private final Map<ClusterEvent, Integer> awaited = new EnumMap<>(ClusterEvent.class);

  /** What a hint may read of a waiting pod (Plugin.mayHelp). */
  private record Kind(
      Set<String> rejectedBy,
      Set<ClusterEvent> awaits,
      String namespace,
      Map<String, String> labels,
      PodShape shape,
      int priority,
      boolean mayPreempt,
      boolean nominated,
      PodAffinities affinities,
      List<SpreadConstraint> spread) {
    static Kind of(Waiting waiting) {
      PodView pod = waiting.pod;
      return new Kind(
          waiting.rejectedBy,
          waiting.awaits,
          pod.key().namespace(),
          pod.labels(),
          PodShape.of(pod),
          pod.priority(),
          pod.standing().mayPreempt(),
          !pod.standing().nominatedNode().isEmpty(),
          pod.affinities(),
          pod.spread());
    }
  }

  private record Alike(Kind kind, Set<Waiting> pods) {}

  /** Adds a pod; what it awaits must not change while it is here. */
  void add(Waiting waiting) {
    remove(waiting);
    all.put(waiting.pod.key(), waiting);
    enter(waiting);
    waiting.awaits.forEach(event -> awaited.merge(event, 1, Integer::sum));
  }

  private void enter(Waiting waiting) {
    Alike others =
        byKind.computeIfAbsent(Kind.of(waiting), kind -> new Alike(kind, new LinkedHashSet<>()));
    others.pods.add(waiting);
    alike.put(waiting, others);
  }

  private void leave(Waiting waiting) {
    Alike others = alike.remove(waiting);
    if (others != null && others.pods.remove(waiting) && others.pods.isEmpty()) {
      byKind.remove(others.kind);
    }
  }

  /** The pod shows itself in another state. */
  void changed(Waiting waiting, PodView before) {
    PodView now = waiting.pod;
    boolean asBefore =
        before.uid().equals(now.uid())
            && before.generation() == now.generation()
            && before.labels().equals(now.labels())
            && before.standing().equals(now.standing());
    if (!asBefore && alike.containsKey(waiting)) {
      leave(waiting);
      enter(waiting);
    }
  }

  void remove(Waiting waiting) {
    if (all.remove(waiting.pod.key(), waiting)) {
      leave(waiting);
      waiting.awaits.forEach(event -> awaited.merge(event, -1, Integer::sum));
    }
  }

  @Nullable Waiting get(PodKey key) {
    return all.get(key);
  }

  Optional<Waiting> eldest() {
    return all.isEmpty() ? Optional.empty() : Optional.of(all.values().iterator().next());
  }

  private boolean isAwaited(ClusterEvent event) {
    return awaited.getOrDefault(event, 0) > 0;
  }

  /** Those whom an event helps that concerns some pods only. */
  List<Waiting> helped(ClusterEvent event, Predicate<Waiting> concerned) {
    List<Waiting> helped = new ArrayList<>();
    if (isAwaited(event)) {
      for (Waiting waiting : all.values()) {
        if (waiting.awaits.contains(event) && concerned.test(waiting)) {
          helped.add(waiting);
        }
      }
    }
    return helped;
  }

  /** Those whom an event about one pod helps. */
  List<Waiting> helped(PodEvent event, BiPredicate<Waiting, PodEvent> mayHelp) {
    List<Waiting> helped = new ArrayList<>();
    if (!isAwaited(event.what())) {
      return helped;
    }
    Set<Waiting> there = new HashSet<>();
    for (PodView nominated : event.nominated()) {
      Waiting waiting = all.get(nominated.key());
      if (waiting != null && there.add(waiting) && helps(waiting, event, mayHelp)) {
        helped.add(waiting);
      }
    }
    for (Alike others : byKind.values()) {
      if (helpsOneOf(others.pods, there, event, mayHelp)) {
        others.pods.stream().filter(waiting -> !there.contains(waiting)).forEach(helped::add);
      }
    }
    return helped;
  }

  /** By any one for which no room is being made there: the answer is the same for all of them. */
  private static boolean helpsOneOf(
      Set<Waiting> pods,
      Set<Waiting> there,
      PodEvent event,
      BiPredicate<Waiting, PodEvent> mayHelp) {
    for (Waiting waiting : pods) {
      if (!there.contains(waiting)) {
        return helps(waiting, event, mayHelp);
      }
    }
    return false;
  }

  private static boolean helps(
      Waiting waiting, PodEvent event, BiPredicate<Waiting, PodEvent> mayHelp) {
    return waiting.awaits.contains(event.what()) && mayHelp.test(waiting, event);
  }
}
