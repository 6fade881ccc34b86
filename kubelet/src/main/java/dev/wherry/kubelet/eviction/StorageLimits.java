package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.Requirements;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.EmptyDirVolumeSource;
import dev.wherry.model.core.v1.Volume;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a pod keeps to what it may have on the node's disk: limits of its emptyDir volumes, of
 * its containers, and of all of it (rule: upstream's localStorageEviction). Pure.
 */
final class StorageLimits {
  private static final String STORAGE = "ephemeral-storage";

  /**
   * A limit that a pod does not keep to.
   *
   * @param signal upstream's word for its kind
   * @param message for the pod's owner
   */
  record Broken(String signal, String message) {}

  private StorageLimits() {}

  /** Whether anything limits the pod, so that it must be measured. */
  static boolean limited(PodView pod) {
    return pod.spec().volumes().stream().anyMatch(volume -> limit(volume).isPresent())
        || pod.all().stream().anyMatch(named -> limit(named).isPresent());
  }

  /** A limit of an emptyDir volume, wherever it lies. */
  static Optional<Quantity> limit(Volume volume) {
    EmptyDirVolumeSource source = volume.emptyDir();
    return source == null ? Optional.empty() : positive(source.sizeLimit());
  }

  private static Optional<Quantity> limit(PodView.Named named) {
    return positive(Requirements.of(named.container()).limits().get(STORAGE));
  }

  private static Optional<Quantity> positive(@Nullable Quantity limit) {
    return Optional.ofNullable(limit).filter(quantity -> quantity.signum() > 0);
  }

  /**
   * The first limit that is broken.
   *
   * @param ownImageDisk whether containers' roots lie on a disk of their own and do not count
   */
  static Optional<Broken> broken(PodView pod, PodUsage usage, boolean ownImageDisk) {
    for (Volume volume : pod.spec().volumes()) {
      Optional<Quantity> limit = limit(volume);
      PodUsage.OnDisk used = usage.volumes().getOrDefault(volume.name(), PodUsage.OnDisk.NONE);
      if (limit.isPresent() && used.bytes() > limit.get().value()) {
        return Optional.of(
            new Broken("emptydirfs.limit", EvictionText.emptyDir(volume.name(), limit.get())));
      }
    }
    return whole(pod, usage, ownImageDisk).or(() -> container(pod, usage, ownImageDisk));
  }

  private static Optional<Broken> whole(PodView pod, PodUsage usage, boolean ownImageDisk) {
    Quantity sum = Quantity.ZERO;
    boolean limited = false;
    Quantity peak = Quantity.ZERO;
    for (PodView.Named named : pod.all()) {
      Optional<Quantity> limit = limit(named);
      boolean first = named.role() == PodView.Role.INIT;
      limited |= limit.isPresent();
      if (limit.isPresent() && first && limit.get().compareTo(peak) > 0) {
        peak = limit.get();
      } else if (limit.isPresent() && !first) {
        sum = sum.plus(limit.get());
      }
    }
    Quantity limit = peak.compareTo(sum) > 0 ? peak : sum;
    long used = usage.disk(!ownImageDisk, true).bytes();
    return limited && used > limit.value()
        ? Optional.of(new Broken("ephemeralpodfs.limit", EvictionText.pod(limit)))
        : Optional.empty();
  }

  private static Optional<Broken> container(PodView pod, PodUsage usage, boolean ownImageDisk) {
    for (PodView.Named named : pod.mains()) {
      Optional<Quantity> limit = limit(named);
      PodUsage.OfContainer own = usage.containers().get(named.name());
      if (limit.isPresent() && own != null) {
        long used = own.logs().bytes() + (ownImageDisk ? 0 : own.layer().bytes());
        if (used > limit.get().value()) {
          return Optional.of(
              new Broken(
                  "ephemeralcontainerfs.limit", EvictionText.container(named.name(), limit.get())));
        }
      }
    }
    return Optional.empty();
  }
}
