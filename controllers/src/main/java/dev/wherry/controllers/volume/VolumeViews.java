package dev.wherry.controllers.volume;

import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.storage.v1.StorageClass;
import java.util.List;
import java.util.Optional;

/** What a claim is decided by. */
interface VolumeViews {
  /** Volumes that it may get: free ones of its class, and those kept for it. */
  List<PersistentVolume> candidates(PersistentVolumeClaim claim);

  Optional<PersistentVolume> volume(String name);

  Optional<StorageClass> storageClass(String name);

  List<StorageClass> classes();

  /** Names of pods that use the claim. */
  List<String> users(PersistentVolumeClaim claim);
}
