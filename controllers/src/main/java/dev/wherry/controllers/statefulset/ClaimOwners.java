package dev.wherry.controllers.statefulset;

import dev.wherry.controllers.workload.Owners;
import dev.wherry.model.apps.v1.StatefulSet;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.OwnerReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who owns a claim by the set's retention policy: the set, a pod that the set has no place for, or
 * nobody. Claims that another controls, or an earlier set or pod of the name, are left to it (rule:
 * isClaimOwnerUpToDate and updateClaimOwnerRefForSetAndPod of upstream's statefulset). Pure.
 */
final class ClaimOwners {
  private final StatefulSet set;
  private final SetFacts facts;
  private final Pod pod;

  ClaimOwners(StatefulSet set, SetFacts facts, Pod pod) {
    this.set = set;
    this.facts = facts;
    this.pod = pod;
  }

  /**
   * The references that a claim should have.
   *
   * @param condemned whether the set has no place for the pod any more
   */
  List<OwnerReference> of(List<OwnerReference> found, boolean condemned) {
    if (isStale(found)) {
      return found;
    }
    if (isForeign(found)) {
      return without(found, Optional.empty());
    }
    Optional<KubeObject> owner = Optional.empty();
    if (facts.deleteWhenScaled() && condemned) {
      owner = Optional.of(pod);
    } else if (facts.deleteWithSet()) {
      owner = Optional.of(set);
    }
    Optional<KubeObject> wanted = owner;
    boolean there =
        found.stream().anyMatch(r -> isOf(r, wanted) && Boolean.TRUE.equals(r.controller()));
    List<OwnerReference> owners = without(found, there ? wanted : Optional.empty());
    if (!there) {
      wanted.ifPresent(object -> owners.add(Owners.reference(object)));
    }
    return owners;
  }

  /** Whether the retention policy is not followed because the claim is somebody else's. */
  boolean areOthers(List<OwnerReference> found) {
    return (facts.deleteWithSet() || facts.deleteWhenScaled())
        && (isStale(found) || isForeign(found));
  }

  /** Whether an earlier object of the same name is there. */
  private boolean isStale(List<OwnerReference> found) {
    return found.stream().anyMatch(r -> isEarlier(r, set) || isEarlier(r, pod));
  }

  private static boolean isEarlier(OwnerReference reference, KubeObject object) {
    return names(reference, object) && !reference.uid().equals(object.metadata().uid());
  }

  /** Whether somebody else controls the claim; who keeps all claims does not mind. */
  private boolean isForeign(List<OwnerReference> found) {
    return (facts.deleteWithSet() || facts.deleteWhenScaled())
        && found.stream()
            .anyMatch(r -> Boolean.TRUE.equals(r.controller()) && !names(r, set) && !names(r, pod));
  }

  /** Without the set's and the pod's references, but for the one of who stays. */
  private List<OwnerReference> without(List<OwnerReference> found, Optional<KubeObject> stays) {
    List<OwnerReference> owners = new ArrayList<>(found);
    owners.removeIf(r -> (names(r, set) || names(r, pod)) && !isOf(r, stays));
    return owners;
  }

  private static boolean isOf(OwnerReference reference, Optional<KubeObject> object) {
    return object.filter(o -> o.metadata().uid().equals(reference.uid())).isPresent();
  }

  private static boolean names(OwnerReference reference, KubeObject object) {
    return reference.apiVersion().equals(object.kind().info().apiVersion())
        && reference.kind().equals(object.kind().info().kind())
        && reference.name().equals(object.metadata().name());
  }
}
