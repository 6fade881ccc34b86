package dev.wherry.controllers.device;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.workload.Owners;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceClaimConsumerReference;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.List;
import java.util.Optional;

/** Gives the devices of claims back when their pods are done, and deletes claims made for them. */
public final class ReleasedClaims implements KeyDriven {
  private static final int WORKERS = 4;

  private final Parts parts;
  private final Informer<Pod> pods;
  private final Informer<ResourceClaim> claims;
  private final KeyedController<ObjectKey> keys;

  public ReleasedClaims(Parts parts) {
    this.parts = parts;
    keys = new KeyedController<>("released-device-claims", WORKERS, parts, this::reconcile);
    pods = DeviceIndex.pods(parts.informers()).onChange(this::podSeen);
    claims = DeviceIndex.claims(parts.informers()).onChange(this::claimSeen);
  }

  private void podSeen(Change<Pod> change) {
    Pod pod = change.latest();
    if (!pod.spec().resourceClaims().isEmpty()
        && (change instanceof Change.Removed<Pod> || DeviceIndex.isDone(pod))) {
      DeviceIndex.claims(pod).forEach(keys::add);
      // A view that missed the pod's status does not know the names of those made for it.
      claims
          .byIndex(DeviceIndex.USER, pod.metadata().uid())
          .forEach(claim -> keys.add(ObjectKey.of(claim)));
    }
  }

  private void claimSeen(Change<ResourceClaim> change) {
    if (!(change instanceof Change.Removed<ResourceClaim>)) {
      keys.add(ObjectKey.of(change.latest()));
    }
  }

  private Outcome reconcile(ObjectKey key) {
    Optional<ResourceClaim> found = claims.get(key);
    if (found.isEmpty()) {
      return Outcome.DONE;
    }
    ResourceClaim claim = found.get();
    List<ResourceClaimConsumerReference> users =
        claim.status().reservedFor().stream()
            .filter(user -> mayUse(key.namespace(), user))
            .toList();
    carryOut(claim, ClaimRelease.of(claim, users, isOwnerDone(claim)));
    return Outcome.DONE;
  }

  /** A pod that the view does not show may be too new for it. Others than pods are not judged. */
  private boolean mayUse(String namespace, ResourceClaimConsumerReference user) {
    if (!user.apiGroup().isEmpty() || !user.resource().equals("pods")) {
      return true;
    }
    return pods.get(namespace, user.name())
        .or(() -> pods.fresh(parts.client(), namespace, user.name()))
        .filter(pod -> pod.metadata().uid().equals(user.uid()))
        .filter(pod -> !DeviceIndex.isDone(pod))
        .isPresent();
  }

  /** One whose pod is gone goes with it, by the garbage collector. */
  private boolean isOwnerDone(ResourceClaim claim) {
    return Owners.controller(claim.metadata())
        .filter(owner -> owner.kind().equals("Pod"))
        .flatMap(owner ->
            pods.get(claim.metadata().namespace(), owner.name())
                .filter(pod -> pod.metadata().uid().equals(owner.uid())))
        .map(DeviceIndex::isDone)
        .orElse(false);
  }

  private void carryOut(ResourceClaim claim, ClaimRelease release) {
    ResourceClaim now = claim;
    try {
      if (release.status()) {
        ResourceClaim next = DeviceClaims.usedBy(now, release.users());
        now =
            parts
                .client()
                .updateStatus(
                    ResourceClaim.KIND,
                    release.deallocate() ? DeviceClaims.deallocated(next) : next);
      }
      if (release.unprotect()) {
        parts.client().update(ResourceClaim.KIND, DeviceClaims.unprotect(now));
      }
      if (release.delete()) {
        parts
            .client()
            .delete(
                ResourceClaim.KIND,
                claim.metadata().namespace(),
                claim.metadata().name(),
                DeleteOptions.ofUid(claim.metadata().uid()));
      }
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
