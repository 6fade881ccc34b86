package dev.wherry.controllers.endpoints;

import dev.wherry.controllers.Parts;
import dev.wherry.controllers.workload.PodWrites;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Endpoints;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import java.util.Optional;

/**
 * Carries plans for a Service out and tells of the first action that is refused (endpointslice
 * reconciler, endpoint syncService).
 */
final class EndpointWrites {
  private EndpointWrites() {}

  /**
   * @throws ApiException when an action is refused; not when one creates in a namespace that goes
   */
  static Outcome apply(Parts parts, Service service, Plan plan) {
    for (Action action : plan.actions()) {
      try {
        parts.applier().apply(Plan.of(action));
      } catch (ApiException e) {
        if (action instanceof Action.Create<?> && PodWrites.isGoing(e)) {
          return Outcome.DONE;
        }
        refusal(service, action, e).ifPresent(told -> parts.applier().apply(Plan.of(told)));
        throw e;
      }
    }
    return Outcome.DONE;
  }

  /** What a user is told. */
  static Optional<Action> refusal(Service service, Action action, ApiException e) {
    String name = service.metadata().namespace() + "/" + service.metadata().name();
    return switch (action) {
      case Action.Create<?> create when create.object() instanceof Endpoints endpoints ->
          Optional.of(
              report(
                  References.to(endpoints),
                  "FailedToCreateEndpoint",
                  "Failed to create endpoint for service " + name + ": " + e.text()));
      case Action.Create<?> _ -> Optional.of(ofSlices(service, name, "create", e));
      case Action.Update<?> update when update.object() instanceof Endpoints endpoints ->
          Optional.of(
              report(
                  References.to(endpoints),
                  "FailedToUpdateEndpoint",
                  "Failed to update endpoint " + name + ": " + e.text()));
      case Action.Update<?> update ->
          Optional.of(ofSlices(service, name, "update " + name(update.object()), e));
      case Action.Delete delete when delete.kind() == EndpointSlice.KIND ->
          Optional.of(ofSlices(service, name, "delete " + delete.name(), e));
      case Action.Delete _, Action.UpdateStatus<?> _, Action.Patch _, Action.Report _ ->
          Optional.empty();
    };
  }

  private static String name(KubeObject object) {
    return object.metadata().name();
  }

  private static Action ofSlices(Service service, String name, String what, ApiException e) {
    return report(
        References.to(service),
        "FailedToUpdateEndpointSlices",
        "Error updating Endpoint Slices for Service %s: failed to %s EndpointSlice for Service %s: %s"
            .formatted(name, what, name, e.text()));
  }

  private static Action report(ObjectReference regarding, String reason, String message) {
    return new Action.Report(regarding, EventType.WARNING, reason, message);
  }
}
