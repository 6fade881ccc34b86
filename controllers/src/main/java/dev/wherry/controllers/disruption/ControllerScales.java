package dev.wherry.controllers.disruption;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.controllers.workload.Owners;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.model.apps.v1.Deployment;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.apps.v1.StatefulSet;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.ReplicationController;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How many pods the controllers of some pods want: by the views, or by their scale. */
final class ControllerScales {
  private final ApiClient client;
  private final Informer<Deployment> deployments;
  private final Informer<ReplicaSet> replicaSets;
  private final Informer<ReplicationController> replicationControllers;
  private final Informer<StatefulSet> statefulSets;

  /** What a controller is and how many pods it wants. */
  private record Scaled(String uid, int replicas) {}

  /** Pods whose controller has no number of its own. */
  static final class UnknownScaleException extends Exception {
    private static final long serialVersionUID = 1L;

    UnknownScaleException(String message) {
      super(message);
    }
  }

  ControllerScales(ApiClient client, Informers informers) {
    this.client = client;
    deployments = informers.of(Deployment.KIND);
    replicaSets = informers.of(ReplicaSet.KIND);
    replicationControllers = informers.of(ReplicationController.KIND);
    statefulSets = informers.of(StatefulSet.KIND);
  }

  /**
   * The sum over the controllers of the pods; pods that nobody controls count nothing.
   *
   * @throws UnknownScaleException when one of them has no scale
   */
  int total(List<Pod> pods) throws UnknownScaleException {
    Map<String, Integer> byReference = new HashMap<>();
    Map<String, Integer> byController = new HashMap<>();
    for (Pod pod : pods) {
      Optional<OwnerReference> controller = Owners.controller(pod.metadata());
      if (controller.isPresent() && !byReference.containsKey(controller.get().uid())) {
        Scaled found =
            find(pod.metadata().namespace(), controller.get())
                .orElseThrow(() ->
                    new UnknownScaleException(
                        "found no controllers for pod \"" + pod.metadata().name() + "\""));
        byReference.put(controller.get().uid(), found.replicas());
        byController.put(found.uid(), found.replicas());
      }
    }
    return byController.values().stream().mapToInt(Integer::intValue).sum();
  }

  private Optional<Scaled> find(String namespace, OwnerReference controller)
      throws UnknownScaleException {
    return switch (controller.apiVersion().split("/")[0] + "/" + controller.kind()) {
      case "apps/ReplicaSet" -> ofReplicaSet(namespace, controller);
      case "v1/ReplicationController" ->
          same(replicationControllers, namespace, controller)
              .map(found -> scaled(found, found.spec().replicas()));
      case "apps/StatefulSet" ->
          same(statefulSets, namespace, controller)
              .map(found -> scaled(found, found.spec().replicas()));
      default -> ofScale(namespace, controller);
    };
  }

  /** A Deployment's sets come and go while it rolls: the Deployment's own number counts. */
  private Optional<Scaled> ofReplicaSet(String namespace, OwnerReference controller) {
    Optional<ReplicaSet> set = same(replicaSets, namespace, controller);
    Optional<OwnerReference> above =
        set.flatMap(found -> Owners.controller(found.metadata()))
            .filter(owner -> owner.kind().equals(Deployment.KIND.info().kind()));
    return above.isPresent()
        ? same(deployments, namespace, above.get())
            .map(found -> scaled(found, found.spec().replicas()))
        : set.map(found -> scaled(found, found.spec().replicas()));
  }

  private static Scaled scaled(
      KubeObject object, @org.jspecify.annotations.Nullable Integer replicas) {
    return new Scaled(object.metadata().uid(), requireNonNullElse(replicas, 1));
  }

  private static <T extends KubeObject> Optional<T> same(
      Informer<T> view, String namespace, OwnerReference reference) {
    return view.get(namespace, reference.name())
        .filter(found -> found.metadata().uid().equals(reference.uid()));
  }

  /** Any other kind may have a scale subresource: custom resources often do. */
  private Optional<Scaled> ofScale(String namespace, OwnerReference controller)
      throws UnknownScaleException {
    String version =
        controller.apiVersion().contains("/")
            ? "/apis/" + controller.apiVersion()
            : "/api/" + controller.apiVersion();
    try {
      for (JsonNode one : client.raw("GET", version, null).path("resources")) {
        String plural = one.path("name").asText();
        if (one.path("kind").asText().equals(controller.kind()) && !plural.contains("/")) {
          JsonNode scale =
              client.raw(
                  "GET",
                  version
                      + "/namespaces/"
                      + namespace
                      + "/"
                      + plural
                      + "/"
                      + controller.name()
                      + "/scale",
                  null);
          return Optional.of(new Scaled(controller.uid(), scale.at("/spec/replicas").asInt()));
        }
      }
      return Optional.empty();
    } catch (ApiException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        throw new UnknownScaleException(
            controller.kind()
                + "."
                + controller.apiVersion()
                + " does not implement the scale subresource");
      }
      throw e;
    }
  }
}
