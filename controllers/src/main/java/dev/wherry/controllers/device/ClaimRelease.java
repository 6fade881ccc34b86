package dev.wherry.controllers.device;

import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceClaimConsumerReference;
import java.util.List;

/**
 * What is to be given back of a claim (resourceclaim controller, syncClaim). Devices are given back
 * by the last user who goes, not for want of users: whoever allocated them may reserve them later.
 *
 * @param users who still uses it
 * @param status whether its status has to change
 * @param deallocate whether it loses its devices
 * @param unprotect whether it may go
 * @param delete whether it was made for a pod that is done
 */
record ClaimRelease(
    List<ResourceClaimConsumerReference> users,
    boolean status,
    boolean deallocate,
    boolean unprotect,
    boolean delete) {
  /**
   * @param users of those it is reserved for, who still may use it
   * @param ownerDone whether it was made for a pod that will not use it any more
   */
  static ClaimRelease of(
      ResourceClaim claim, List<ResourceClaimConsumerReference> users, boolean ownerDone) {
    boolean idle = users.isEmpty();
    boolean fewer = users.size() < claim.status().reservedFor().size();
    boolean deleting = claim.metadata().deletionTimestamp() != null;
    boolean ours = DeviceClaims.isProtected(claim);
    boolean end = idle && ours && (fewer || deleting);
    boolean deallocate = end && DeviceClaims.isAllocated(claim);
    boolean unprotect = end || (fewer && ours && !DeviceClaims.isAllocated(claim));
    return new ClaimRelease(
        users, fewer || deallocate, deallocate, unprotect, idle && ownerDone && !deleting);
  }
}
