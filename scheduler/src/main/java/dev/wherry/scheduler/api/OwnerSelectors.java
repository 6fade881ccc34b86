package dev.wherry.scheduler.api;

import dev.wherry.machinery.informer.Informers;
import dev.wherry.machinery.informer.View;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.apps.v1.StatefulSet;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.ReplicationController;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.selector.Labels;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the Services that choose a pod and its controller select together: the pods among which one
 * without constraints of its own is spread (upstream's helper DefaultSelector).
 */
final class OwnerSelectors implements Function<PodView, Labels> {
  private final View<Pod> pods;
  private final View<Service> services;
  private final View<ReplicationController> replicationControllers;
  private final View<ReplicaSet> replicaSets;
  private final View<StatefulSet> statefulSets;

  OwnerSelectors(
      View<Pod> pods,
      View<Service> services,
      View<ReplicationController> replicationControllers,
      View<ReplicaSet> replicaSets,
      View<StatefulSet> statefulSets) {
    this.pods = pods;
    this.services = services;
    this.replicationControllers = replicationControllers;
    this.replicaSets = replicaSets;
    this.statefulSets = statefulSets;
  }

  static OwnerSelectors over(Informers informers) {
    return new OwnerSelectors(
        informers.of(Pod.KIND),
        informers.of(Service.KIND),
        informers.of(ReplicationController.KIND),
        informers.of(ReplicaSet.KIND),
        informers.of(StatefulSet.KIND));
  }

  @Override
  public Labels apply(PodView pod) {
    String namespace = pod.key().namespace();
    Map<String, String> wanted = new TreeMap<>();
    for (Service service : services.list(namespace)) {
      Map<String, String> selector = service.spec().selector();
      if (!selector.isEmpty() && Labels.ofMap(selector).matches(pod.labels())) {
        wanted.putAll(selector);
      }
    }
    List<Labels.Requirement> all = new ArrayList<>();
    pods.get(namespace, pod.key().name())
        .flatMap(OwnerSelectors::controller)
        .ifPresent(owner -> all.addAll(requirements(namespace, owner)));
    all.addAll(Labels.ofMap(wanted).requirements());
    return new Labels(all, false);
  }

  private static Optional<OwnerReference> controller(Pod pod) {
    return pod.metadata().ownerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.controller()))
        .findFirst();
  }

  private List<Labels.Requirement> requirements(String namespace, OwnerReference owner) {
    String name = owner.name();
    return switch (owner.apiVersion() + " " + owner.kind()) {
      case "v1 ReplicationController" ->
          replicationControllers
              .get(namespace, name)
              .map(rc -> Labels.ofMap(rc.spec().selector()).requirements())
              .orElse(List.of());
      case "apps/v1 ReplicaSet" ->
          replicaSets
              .get(namespace, name)
              .map(rs -> requirements(rs.spec().selector()))
              .orElse(List.of());
      case "apps/v1 StatefulSet" ->
          statefulSets
              .get(namespace, name)
              .map(set -> requirements(set.spec().selector()))
              .orElse(List.of());
      default -> List.of();
    };
  }

  private static List<Labels.Requirement> requirements(@Nullable LabelSelector selector) {
    return Labels.of(Optional.ofNullable(selector)).requirements();
  }
}
