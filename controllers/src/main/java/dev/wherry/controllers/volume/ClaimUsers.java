package dev.wherry.controllers.volume;

import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.volume.PodClaim;
import java.util.List;

/** The pods' informer, indexed by the claims that pods name. */
final class ClaimUsers {
  /** Pods by {@code namespace/claim}. */
  static final String CLAIM = "claim";

  private ClaimUsers() {}

  static Informer<Pod> of(Informers informers) {
    return informers.of(Pod.KIND).index(CLAIM, ClaimUsers::keys);
  }

  private static List<String> keys(Pod pod) {
    return claims(pod).stream().map(ObjectKey::toString).toList();
  }

  /** The claims that a pod names. */
  static List<ObjectKey> claims(Pod pod) {
    return PodClaim.of(pod).stream()
        .map(claim -> new ObjectKey(pod.metadata().namespace(), claim.claim()))
        .distinct()
        .toList();
  }
}
