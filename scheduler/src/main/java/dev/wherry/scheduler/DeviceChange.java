package dev.wherry.scheduler;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.scheduler.view.Devices;
import java.util.Optional;
import java.util.function.Consumer;

/** Something of devices was told anew. */
public sealed interface DeviceChange {
  /** Makes the change, and returns whether devices became free by it; called by the loop. */
  boolean apply(Devices devices);

  /**
   * About one claim.
   *
   * @param now empty when it is gone
   */
  record Claim(ObjectKey key, Optional<ResourceClaim> now) implements DeviceChange {
    @Override
    public boolean apply(Devices devices) {
      return now.map(devices::claimSeen).orElseGet(() -> devices.claimGone(key));
    }
  }

  /** About a slice or a class. */
  record Other(Consumer<Devices> change) implements DeviceChange {
    @Override
    public boolean apply(Devices devices) {
      change.accept(devices);
      return false;
    }
  }
}
