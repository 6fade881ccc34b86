package dev.wherry.controllers.volume;

import dev.wherry.controllers.Finalizers;
import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.ModifyVolumeStatus;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.storage.v1.VolumeAttributesClass;
import java.util.Collection;

/**
 * A class of attributes stays while a volume or a claim names it
 * (volumeattributesclass-protection-controller).
 */
public final class AttributesClassProtection implements KeyDriven {
  static final String FINALIZER = "kubernetes.io/vac-protection";

  private static final int WORKERS = 1;

  private final KeyedController<String> keys;
  private final Informer<VolumeAttributesClass> classes;

  public AttributesClassProtection(Parts parts) {
    classes = parts.informers().of(VolumeAttributesClass.KIND);
    Informer<PersistentVolume> volumes = VolumeIndex.volumes(parts.informers());
    Informer<PersistentVolumeClaim> claims = VolumeIndex.claims(parts.informers());
    keys =
        new KeyedController<>(
            "vac-protection",
            WORKERS,
            parts,
            name ->
                parts
                    .applier()
                    .apply(
                        classes
                            .get("", name)
                            .map(now -> decide(now, volumes.list(), claims.list()))
                            .orElse(Plan.NOTHING)));
    classes.onChange(change -> keys.add(change.latest().metadata().name()));
    volumes.onChange(this::released);
    claims.onChange(this::released);
  }

  private void released(Change<? extends KubeObject> change) {
    if (!(change instanceof Change.Added)) {
      classes.list().stream()
          .map(VolumeAttributesClass::metadata)
          .filter(meta -> meta.deletionTimestamp() != null)
          .forEach(meta -> keys.add(meta.name()));
    }
  }

  static Plan decide(
      VolumeAttributesClass attributes,
      Collection<PersistentVolume> volumes,
      Collection<PersistentVolumeClaim> claims) {
    ObjectMeta meta = attributes.metadata();
    boolean going = meta.deletionTimestamp() != null;
    if (!Finalizers.isDue(meta, FINALIZER) || (going && isUsed(meta.name(), volumes, claims))) {
      return Plan.NOTHING;
    }
    ObjectMeta next = Finalizers.turned(meta, FINALIZER);
    return Plan.of(
        new Action.Update<>(
            VolumeAttributesClass.KIND, attributes.toBuilder().metadata(next).build()));
  }

  /** As wanted, as it is, or as a change under way will have it. */
  private static boolean isUsed(
      String name, Collection<PersistentVolume> volumes, Collection<PersistentVolumeClaim> claims) {
    return volumes.stream().anyMatch(v -> name.equals(v.spec().volumeAttributesClassName()))
        || claims.stream().anyMatch(claim -> names(claim, name));
  }

  private static boolean names(PersistentVolumeClaim claim, String name) {
    ModifyVolumeStatus change = claim.status().modifyVolumeStatus();
    return name.equals(claim.spec().volumeAttributesClassName())
        || name.equals(claim.status().currentVolumeAttributesClassName())
        || (change != null && name.equals(change.targetVolumeAttributesClassName()));
  }

  @Override
  public KeyedController<String> keys() {
    return keys;
  }
}
