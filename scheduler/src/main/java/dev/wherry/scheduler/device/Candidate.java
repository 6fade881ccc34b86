package dev.wherry.scheduler.device;

import dev.wherry.model.resource.v1.Device;
import dev.wherry.model.resource.v1.DeviceAttribute;
import dev.wherry.model.resource.v1.ResourceSlice;
import dev.wherry.scheduler.view.DeviceId;
import dev.wherry.scheduler.view.DevicePool;
import org.jspecify.annotations.Nullable;

/** A device within reach of a node. */
record Candidate(DeviceId id, Device device, ResourceSlice slice, DevicePool pool) {
  /** The attribute of this qualified name; the driver's own may be said without its domain. */
  @Nullable DeviceAttribute attribute(String name) {
    DeviceAttribute full = device.attributes().get(name);
    int slash = name.indexOf('/');
    if (full != null || slash < 0 || !name.substring(0, slash).equals(id.driver())) {
      return full;
    }
    return device.attributes().get(name.substring(slash + 1));
  }

  /** Whether it is found in other places than the rest of its slice. */
  boolean saysWhere() {
    return Boolean.TRUE.equals(slice.spec().perDeviceNodeSelection());
  }
}
