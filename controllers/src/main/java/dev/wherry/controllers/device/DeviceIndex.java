package dev.wherry.controllers.device;

import dev.wherry.controllers.workload.Owners;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.device.PodDeviceClaim;
import dev.wherry.model.device.SlicePools;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceClaimConsumerReference;
import dev.wherry.model.resource.v1.ResourceSlice;
import java.util.List;

/**
 * Pods by the claims they have and the templates they name, claims by their pods, slices by pool.
 */
final class DeviceIndex {
  /** Pods by {@code namespace/claim}. */
  static final String CLAIM = "device-claim";

  /** Pods by {@code namespace/template}. */
  static final String TEMPLATE = "device-template";

  /** Claims by the uid of the pod they were made for. */
  static final String POD = "pod-uid";

  /** Claims by the uids of those they are reserved for. */
  static final String USER = "user-uid";

  /** Claims and slices by {@code driver/pool}. */
  static final String POOL = "device-pool";

  private DeviceIndex() {}

  static Informer<Pod> pods(Informers informers) {
    return informers
        .of(Pod.KIND)
        .index(CLAIM, pod -> claims(pod).stream().map(ObjectKey::toString).toList())
        .index(TEMPLATE, DeviceIndex::templates);
  }

  static Informer<ResourceClaim> claims(Informers informers) {
    return informers
        .of(ResourceClaim.KIND)
        .index(
            POD,
            claim -> Owners.controller(claim.metadata()).map(OwnerReference::uid).stream().toList())
        .index(
            POOL,
            claim ->
                DeviceClaims.devices(claim).stream()
                    .map(device -> SlicePools.key(device.driver(), device.pool()))
                    .distinct()
                    .toList())
        .index(
            USER,
            claim ->
                claim.status().reservedFor().stream()
                    .map(ResourceClaimConsumerReference::uid)
                    .toList());
  }

  static Informer<ResourceSlice> slices(Informers informers) {
    return informers.of(ResourceSlice.KIND).index(POOL, slice -> List.of(SlicePools.key(slice)));
  }

  /** The claims that a pod has by name. */
  static List<ObjectKey> claims(Pod pod) {
    return PodDeviceClaim.of(pod).stream()
        .filter(one -> !one.claim().isEmpty())
        .map(one -> new ObjectKey(pod.metadata().namespace(), one.claim()))
        .distinct()
        .toList();
  }

  private static List<String> templates(Pod pod) {
    return PodDeviceClaim.of(pod).stream()
        .filter(PodDeviceClaim::isGenerated)
        .map(one -> pod.metadata().namespace() + "/" + one.template())
        .distinct()
        .toList();
  }

  /** It will not use its claims any more, or never did. */
  static boolean isDone(Pod pod) {
    return PodFacts.isFinished(pod) || (PodFacts.isDeleted(pod) && pod.spec().nodeName().isEmpty());
  }
}
