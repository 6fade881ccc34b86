package dev.wherry.scheduler.view;

import dev.wherry.model.resource.v1.DeviceRequestAllocationResult;

/** Names one device of the cluster. */
public record DeviceId(String driver, String pool, String device) {
  /** The device of one result of an allocation. */
  public static DeviceId of(DeviceRequestAllocationResult result) {
    return new DeviceId(result.driver(), result.pool(), result.device());
  }

  @Override
  public String toString() {
    return driver + "/" + pool + "/" + device;
  }
}
