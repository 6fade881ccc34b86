package dev.wherry.model.volume;

import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Volume;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A volume of a pod that is a claim.
 *
 * @param volume its name in the pod
 * @param claim name of the claim, in the pod's namespace
 * @param ephemeral the claim is made for the pod and goes with it
 */
public record PodClaim(String volume, String claim, boolean ephemeral) {
  /** All claims of a pod, in the order of its volumes. */
  public static List<PodClaim> of(Pod pod) {
    List<PodClaim> claims = List.of();
    for (Volume volume : pod.spec().volumes()) {
      Optional<PodClaim> claim = of(pod.metadata(), volume);
      if (claim.isPresent()) {
        if (claims.isEmpty()) {
          claims = new ArrayList<>();
        }
        claims.add(claim.get());
      }
    }
    return claims;
  }

  /** The claim behind one volume. */
  public static Optional<PodClaim> of(ObjectMeta pod, Volume volume) {
    if (volume.persistentVolumeClaim() != null) {
      return Optional.of(
          new PodClaim(volume.name(), volume.persistentVolumeClaim().claimName(), false));
    }
    return volume.ephemeral() == null
        ? Optional.empty()
        : Optional.of(new PodClaim(volume.name(), pod.name() + "-" + volume.name(), true));
  }

  /** Whether an ephemeral claim was made for this very pod. */
  public static boolean isOwned(String podUid, PersistentVolumeClaim claim) {
    return claim.metadata().ownerReferences().stream()
        .anyMatch(owner -> Boolean.TRUE.equals(owner.controller()) && owner.uid().equals(podUid));
  }

  /** What is said of an ephemeral claim that was made for something else. */
  public static String notOwned(String namespace, String pod, String claim) {
    return "PVC %s/%s was not created for pod %s/%s (pod is not owner)"
        .formatted(namespace, claim, namespace, pod);
  }
}
