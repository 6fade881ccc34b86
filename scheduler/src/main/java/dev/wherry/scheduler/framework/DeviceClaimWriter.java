package dev.wherry.scheduler.framework;

import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.scheduler.view.DeviceChoice;
import dev.wherry.scheduler.view.PodView;
import java.util.Optional;

/** Writes what was decided of claims of devices. Blocks; called on bindings' threads. */
public interface DeviceClaimWriter {
  /** For schedulers that see no devices. */
  DeviceClaimWriter NONE =
      new DeviceClaimWriter() {
        @Override
        public Optional<String> reserve(PodView pod, DeviceChoice choice) {
          return Optional.of("devices cannot be allocated here");
        }

        @Override
        public void unreserve(PodView pod, ResourceClaim claim) {}

        @Override
        public void deallocate(ResourceClaim claim) {}
      };

  /**
   * Gives the claim its devices, if it has none, and the pod to its users.
   *
   * @return why it cannot be
   */
  Optional<String> reserve(PodView pod, DeviceChoice choice);

  /** Takes the pod from the claim's users. */
  void unreserve(PodView pod, ResourceClaim claim);

  /** Takes its devices and its users from a claim that has not changed since. */
  void deallocate(ResourceClaim claim);
}
