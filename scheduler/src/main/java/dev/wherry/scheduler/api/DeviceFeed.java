package dev.wherry.scheduler.api;

import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.resource.v1.DeviceClass;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceSlice;
import dev.wherry.scheduler.DeviceChange;
import dev.wherry.scheduler.Scheduler;
import java.util.Optional;

/** Tells the scheduler of devices, their classes and the claims of them. */
final class DeviceFeed {
  private DeviceFeed() {}

  static void follow(Informers informers, Scheduler scheduler) {
    informers
        .of(DeviceClass.KIND)
        .onChange(change -> {
          DeviceClass latest = change.latest();
          boolean gone = change instanceof Change.Removed<DeviceClass>;
          scheduler.devicesSeen(
              new DeviceChange.Other(
                  gone
                      ? devices -> devices.classGone(latest.metadata().name())
                      : devices -> devices.classSeen(latest)));
        });
    informers
        .of(ResourceSlice.KIND)
        .onChange(change -> {
          ResourceSlice latest = change.latest();
          boolean gone = change instanceof Change.Removed<ResourceSlice>;
          scheduler.devicesSeen(
              new DeviceChange.Other(
                  gone
                      ? devices -> devices.sliceGone(latest.metadata().name())
                      : devices -> devices.sliceSeen(latest)));
        });
    informers
        .of(ResourceClaim.KIND)
        .onChange(change -> {
          ResourceClaim latest = change.latest();
          boolean gone = change instanceof Change.Removed<ResourceClaim>;
          scheduler.devicesSeen(
              new DeviceChange.Claim(
                  ObjectKey.of(latest), gone ? Optional.empty() : Optional.of(latest)));
        });
  }
}
