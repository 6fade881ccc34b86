package dev.wherry.controllers.volume;

import dev.wherry.controllers.Finalizers;
import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.meta.v1.ObjectMeta;

/** A volume that a claim has stays until it is released (pv-protection controller). */
public final class VolumeProtection implements KeyDriven {
  /** The finalizer. */
  static final String FINALIZER = "kubernetes.io/pv-protection";

  private static final int WORKERS = 1;

  private final KeyedController<String> keys;

  public VolumeProtection(Parts parts) {
    Informer<PersistentVolume> volumes = VolumeIndex.volumes(parts.informers());
    keys =
        new KeyedController<>(
            "pv-protection",
            WORKERS,
            parts,
            name ->
                parts
                    .applier()
                    .apply(
                        volumes.get("", name).map(VolumeProtection::decide).orElse(Plan.NOTHING)));
    volumes.onChange(change -> {
      if (!decide(change.latest()).isEmpty()) {
        keys.add(change.latest().metadata().name());
      }
    });
  }

  static Plan decide(PersistentVolume volume) {
    ObjectMeta meta = volume.metadata();
    boolean going = meta.deletionTimestamp() != null;
    if (!Finalizers.isDue(meta, FINALIZER)
        || (going && volume.status().phase().equals(VolumePlan.BOUND))) {
      return Plan.NOTHING;
    }
    ObjectMeta next = Finalizers.turned(meta, FINALIZER);
    return Plan.of(
        new Action.Update<>(PersistentVolume.KIND, volume.toBuilder().metadata(next).build()));
  }

  @Override
  public KeyedController<String> keys() {
    return keys;
  }
}
