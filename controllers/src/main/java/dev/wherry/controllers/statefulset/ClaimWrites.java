package dev.wherry.controllers.statefulset;

import dev.wherry.controllers.Parts;
import dev.wherry.controllers.workload.PodWording;
import dev.wherry.controllers.workload.PodWrites;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.apps.v1.StatefulSet;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes a set's claims and keeps their owners (upstream: stateful_pod_control). */
final class ClaimWrites {
  private final Parts parts;
  private final Informer<PersistentVolumeClaim> claims;

  ClaimWrites(Parts parts) {
    this.parts = parts;
    this.claims = parts.informers().of(PersistentVolumeClaim.KIND);
  }

  /**
   * Makes the claims of a pod that is to be made.
   *
   * @return why the pod must wait: a claim that could not be made, or one that is being deleted
   */
  Optional<ApiException> provide(StatefulSet set, SetFacts facts, Pod pod) {
    List<String> lacks = new ArrayList<>();
    Optional<ApiException> first = Optional.empty();
    for (PersistentVolumeClaim claim : Identity.claims(set, facts, SetFacts.ordinal(set, pod))) {
      String name = claim.metadata().name();
      Optional<PersistentVolumeClaim> present = claims.get(ObjectKey.of(claim));
      Optional<ApiException> lack = Optional.empty();
      if (present.isEmpty()) {
        lack = create(set, pod, claim);
        lack.ifPresent(e -> lacks.add("failed to create PVC " + name + ": " + e.text()));
      } else if (present.get().metadata().deletionTimestamp() != null) {
        String why = "pvc " + name + " is being deleted";
        lack = Optional.of(new ApiException(Reason.CONFLICT, why));
        lacks.add(why);
      } else {
        warnOfOthers(set, new ClaimOwners(set, facts, pod), present.get());
      }
      first = first.isPresent() ? first : lack;
    }
    if (first.isPresent() && !PodWrites.isGoing(first.get())) {
      String why = lacks.size() == 1 ? lacks.getFirst() : lacks.toString();
      String told = PodWording.STATEFUL.notCreated(set, pod.metadata().name(), why);
      parts.events().report(set, EventType.WARNING, "FailedCreate", told);
    }
    return first;
  }

  private Optional<ApiException> create(StatefulSet set, Pod pod, PersistentVolumeClaim claim) {
    String about = "Create Claim " + claim.metadata().name();
    String where = pod.metadata().name() + " in StatefulSet " + set.metadata().name();
    try {
      parts.client().create(PersistentVolumeClaim.KIND, claim);
      String told = about + " Pod " + where + " success";
      parts.events().report(set, EventType.NORMAL, "SuccessfulCreate", told);
      return Optional.empty();
    } catch (ApiException e) {
      if (e.reason() == Reason.ALREADY_EXISTS) {
        return Optional.empty();
      }
      if (!PodWrites.isGoing(e)) {
        String told = about + " for Pod " + where + " failed error: " + e.text();
        parts.events().report(set, EventType.WARNING, "FailedCreate", told);
      }
      return Optional.of(e);
    }
  }

  /** The claims' owners follow the retention policy. */
  void keep(StatefulSet set, SetFacts facts, Pod pod, boolean condemned) {
    List<Action> actions = new ArrayList<>();
    for (PersistentVolumeClaim wanted : Identity.claims(set, facts, SetFacts.ordinal(set, pod))) {
      claims
          .get(ObjectKey.of(wanted))
          .ifPresent(claim -> {
            PersistentVolumeClaim kept = Identity.retained(claim, set, facts, pod, condemned);
            if (!Set.copyOf(kept.metadata().ownerReferences())
                .equals(Set.copyOf(claim.metadata().ownerReferences()))) {
              warnOfOthers(set, new ClaimOwners(set, facts, pod), claim);
              actions.add(new Action.Update<>(PersistentVolumeClaim.KIND, kept));
            }
          });
    }
    parts.applier().apply(Plan.of(actions));
  }

  private void warnOfOthers(StatefulSet set, ClaimOwners owners, PersistentVolumeClaim claim) {
    if (owners.areOthers(claim.metadata().ownerReferences())) {
      String told =
          "PersistentVolumeClaim "
              + claim.metadata().name()
              + " has a conflicting OwnerReference that acts as a manging controller, the retention"
              + " policy is ignored for this claim";
      parts.events().report(set, EventType.WARNING, "ConflictingController", told);
    }
  }
}
