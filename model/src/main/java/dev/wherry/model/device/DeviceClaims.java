package dev.wherry.model.device;

import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.DeviceRequestAllocationResult;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceClaimConsumerReference;
import java.util.ArrayList;
import java.util.List;

/** What is asked of resource claims (k8s.io/dynamic-resource-allocation/resourceclaim). */
public final class DeviceClaims {
  /** Keeps a claim with an allocation from going. */
  public static final String FINALIZER = "resource.kubernetes.io/delete-protection";

  /** On a generated claim: the name that the pod has for it. */
  public static final String POD_CLAIM_NAME = "resource.kubernetes.io/pod-claim-name";

  /** Pods that may share one claim. */
  public static final int CONSUMERS_MAX = 256;

  /** Devices of one claim. */
  public static final int DEVICES_MAX = 32;

  private DeviceClaims() {}

  public static boolean isAllocated(ResourceClaim claim) {
    return claim.status().allocation() != null;
  }

  /** The devices that the claim holds; none while it has no allocation. */
  public static List<DeviceRequestAllocationResult> devices(ResourceClaim claim) {
    AllocationResult allocation = claim.status().allocation();
    return allocation == null || allocation.devices() == null
        ? List.of()
        : allocation.devices().results();
  }

  public static boolean isReservedFor(String podUid, ResourceClaim claim) {
    return claim.status().reservedFor().stream().anyMatch(one -> one.uid().equals(podUid));
  }

  /** Whether it has devices, and one more pod may use them. */
  public static boolean takesMore(ResourceClaim claim) {
    return isAllocated(claim) && claim.status().reservedFor().size() < CONSUMERS_MAX;
  }

  /** Whether the claim was made for this very pod. */
  public static boolean isOwned(String podUid, ResourceClaim claim) {
    return claim.metadata().ownerReferences().stream()
        .anyMatch(owner -> Boolean.TRUE.equals(owner.controller()) && owner.uid().equals(podUid));
  }

  /** What is said of a claim that was made for something else. */
  public static String notOwned(String namespace, String pod, ResourceClaim claim) {
    return "ResourceClaim %s was not created for pod %s/%s (pod is not owner)"
        .formatted(named(claim), namespace, pod);
  }

  /** The claim as {@code NAMESPACE/NAME}. */
  public static String named(ResourceClaim claim) {
    return claim.metadata().namespace() + "/" + claim.metadata().name();
  }

  /** The same, to be used by one more pod. */
  public static ResourceClaim reserved(ResourceClaim claim, String pod, String podUid) {
    List<ResourceClaimConsumerReference> users = new ArrayList<>(claim.status().reservedFor());
    users.add(
        ResourceClaimConsumerReference.builder().resource("pods").name(pod).uid(podUid).build());
    return usedBy(claim, users);
  }

  /** The same, used by these alone. */
  public static ResourceClaim usedBy(
      ResourceClaim claim, List<ResourceClaimConsumerReference> users) {
    return claim.toBuilder().status(claim.status().toBuilder().reservedFor(users).build()).build();
  }

  /** The same without devices. */
  public static ResourceClaim deallocated(ResourceClaim claim) {
    return claim.toBuilder().status(claim.status().toBuilder().allocation(null).build()).build();
  }

  public static boolean isProtected(ResourceClaim claim) {
    return claim.metadata().finalizers().contains(FINALIZER);
  }

  /** The same, kept from going. */
  public static ResourceClaim protect(ResourceClaim claim) {
    List<String> more = new ArrayList<>(claim.metadata().finalizers());
    more.add(FINALIZER);
    return with(claim, more);
  }

  /** The same, free to go. */
  public static ResourceClaim unprotect(ResourceClaim claim) {
    return with(
        claim,
        claim.metadata().finalizers().stream().filter(one -> !one.equals(FINALIZER)).toList());
  }

  private static ResourceClaim with(ResourceClaim claim, List<String> finalizers) {
    ObjectMeta meta = claim.metadata().toBuilder().finalizers(finalizers).build();
    return claim.toBuilder().metadata(meta).build();
  }
}
