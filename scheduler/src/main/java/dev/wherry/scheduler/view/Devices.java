package dev.wherry.scheduler.view;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.DeviceClass;
import dev.wherry.model.resource.v1.DeviceRequestAllocationResult;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceSlice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Devices, their classes and who claims them, as they were told, and what was decided and is not
 * told yet: a device that was chosen for a claim is no other one's, whatever the API shows. Owned
 * by the loop, as the storage is.
 */
public final class Devices {
  private final Map<ObjectKey, ResourceClaim> claims = new HashMap<>();
  private final Map<String, ResourceSlice> slices = new TreeMap<>();
  private final Map<String, DeviceClass> classes = new HashMap<>();

  /** Devices chosen and not shown as allocated yet, by the claim's uid. */
  private final Map<String, AllocationResult> chosen = new HashMap<>();

  /** How many claims hold a device, those of {@link #chosen} included. */
  private final Map<DeviceId, Integer> held = new HashMap<>();

  /** Made when it is asked for; null after a slice has changed. */
  private @Nullable DevicePools pools;

  Devices copy() {
    Devices copy = new Devices();
    copy.claims.putAll(claims);
    copy.slices.putAll(slices);
    copy.classes.putAll(classes);
    copy.chosen.putAll(chosen);
    copy.held.putAll(held);
    copy.pools = pools;
    return copy;
  }

  public Optional<ResourceClaim> claim(String namespace, String name) {
    return Optional.ofNullable(claims.get(new ObjectKey(namespace, name)));
  }

  public Optional<DeviceClass> deviceClass(String name) {
    return Optional.ofNullable(classes.get(name));
  }

  public DevicePools pools() {
    DevicePools made = pools;
    if (made == null) {
      made = new DevicePools(slices.values());
      pools = made;
    }
    return made;
  }

  /** Whether a claim has the device for itself. */
  public boolean isTaken(DeviceId device) {
    return held.containsKey(device);
  }

  /** Whether devices were chosen for the claim that it does not show yet. */
  public boolean isBeingAllocated(ResourceClaim claim) {
    return chosen.containsKey(claim.metadata().uid());
  }

  /** Returns whether devices have become free. */
  public boolean claimSeen(ResourceClaim claim) {
    ObjectKey key = ObjectKey.of(claim);
    ResourceClaim before = claims.get(key);
    boolean replaced =
        before != null && !before.metadata().uid().equals(claim.metadata().uid()) && claimGone(key);
    before = claims.put(key, claim);
    AllocationResult shown = claim.status().allocation();
    AllocationResult own = shown == null ? null : chosen.remove(claim.metadata().uid());
    if (own != null) {
      hold(own, -1);
    }
    hold(shown, 1);
    hold(before == null ? null : before.status().allocation(), -1);
    return replaced || (before != null && DeviceClaims.isAllocated(before) && shown == null);
  }

  /** Returns whether devices have become free. */
  public boolean claimGone(ObjectKey key) {
    ResourceClaim before = claims.remove(key);
    if (before == null) {
      return false;
    }
    AllocationResult own = chosen.remove(before.metadata().uid());
    hold(own, -1);
    hold(before.status().allocation(), -1);
    return own != null || DeviceClaims.isAllocated(before);
  }

  public void sliceSeen(ResourceSlice slice) {
    slices.put(slice.metadata().name(), slice);
    pools = null;
  }

  public void sliceGone(String name) {
    slices.remove(name);
    pools = null;
  }

  public void classSeen(DeviceClass deviceClass) {
    classes.put(deviceClass.metadata().name(), deviceClass);
  }

  public void classGone(String name) {
    classes.remove(name);
  }

  /** From now on the devices are the claim's. */
  public void assume(ResourceClaim claim, AllocationResult allocation) {
    release(claim);
    chosen.put(claim.metadata().uid(), allocation);
    hold(allocation, 1);
  }

  /** It came to nothing. */
  public void release(ResourceClaim claim) {
    hold(chosen.remove(claim.metadata().uid()), -1);
  }

  /** Devices that are only watched by their administrator are not held. */
  private void hold(@Nullable AllocationResult allocation, int by) {
    List<DeviceRequestAllocationResult> results =
        allocation == null || allocation.devices() == null
            ? List.of()
            : allocation.devices().results();
    for (DeviceRequestAllocationResult result : results) {
      if (!Boolean.TRUE.equals(result.adminAccess())) {
        held.merge(DeviceId.of(result), by, Integer::sum);
        held.remove(DeviceId.of(result), 0);
      }
    }
  }
}
