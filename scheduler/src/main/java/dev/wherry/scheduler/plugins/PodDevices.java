package dev.wherry.scheduler.plugins;

import dev.wherry.model.core.v1.NodeSelector;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.device.PodDeviceClaim;
import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.scheduler.device.DeviceAllocator;
import dev.wherry.scheduler.view.DevicePool;
import dev.wherry.scheduler.view.Devices;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A pod's claims as they are, or why they cannot be used yet. */
sealed interface PodDevices {
  /** One is not there, or not for the pod. */
  record Missing(String why) implements PodDevices {}

  /** All that the pod needs are there. */
  record Present(List<ResourceClaim> claims) implements PodDevices {
    boolean isEmpty() {
      return claims.isEmpty();
    }

    /** Those without devices. */
    List<ResourceClaim> open() {
      return claims.stream().filter(claim -> !DeviceClaims.isAllocated(claim)).toList();
    }

    /** Those whose devices cannot be used on a node. */
    List<ResourceClaim> elsewhere(NodeView node) {
      return claims.stream().filter(claim -> !reaches(claim, node)).toList();
    }

    private static boolean reaches(ResourceClaim claim, NodeView node) {
      AllocationResult allocation = claim.status().allocation();
      NodeSelector selector = allocation == null ? null : allocation.nodeSelector();
      return selector == null || DevicePool.matches(selector, node);
    }

    /** Why no node will do. */
    Optional<String> bar(PodView pod, Devices devices) {
      for (ResourceClaim claim : claims) {
        if (DeviceClaims.isAllocated(claim)) {
          if (!DeviceClaims.takesMore(claim) && !DeviceClaims.isReservedFor(pod.uid(), claim)) {
            return Optional.of("resourceclaim in use");
          }
        } else if (devices.isBeingAllocated(claim)) {
          return Optional.of(
              "resource claim %s is in the process of being allocated"
                  .formatted(DeviceClaims.named(claim)));
        } else {
          Optional<String> missing = DeviceAllocator.missingClass(claim, devices);
          if (missing.isPresent()) {
            return missing;
          }
        }
      }
      return Optional.empty();
    }
  }

  static PodDevices of(PodView pod, Devices devices) {
    List<ResourceClaim> claims = new ArrayList<>();
    for (PodDeviceClaim one : pod.deviceClaims()) {
      Optional<String> missing = one.missing(pod.key().toString());
      if (missing.isPresent()) {
        return new Missing(missing.get());
      }
      if (one.state() == PodDeviceClaim.State.NOT_NEEDED) {
        continue;
      }
      String namespace = pod.key().namespace();
      Optional<ResourceClaim> found = devices.claim(namespace, one.claim());
      if (found.isEmpty()) {
        return new Missing(
            "could not find ResourceClaim \"" + namespace + "/" + one.claim() + "\"");
      }
      ResourceClaim claim = found.get();
      if (claim.metadata().deletionTimestamp() != null) {
        return new Missing("resourceclaim \"" + one.claim() + "\" is being deleted");
      }
      if (one.isGenerated() && !DeviceClaims.isOwned(pod.uid(), claim)) {
        return new Missing(DeviceClaims.notOwned(namespace, pod.key().name(), claim));
      }
      claims.add(claim);
    }
    return new Present(claims);
  }
}
