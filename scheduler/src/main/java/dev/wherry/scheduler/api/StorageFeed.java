package dev.wherry.scheduler.api;

import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.storage.v1.CSINode;
import dev.wherry.model.storage.v1.StorageClass;
import dev.wherry.scheduler.Scheduler;
import dev.wherry.scheduler.StorageChange;

/** Tells the scheduler of claims, volumes, classes and what nodes' drivers take. */
final class StorageFeed {
  private StorageFeed() {}

  static void follow(Informers informers, Scheduler scheduler) {
    informers.of(StorageClass.KIND).onChange(change -> storageClass(scheduler, change));
    informers.of(CSINode.KIND).onChange(change -> csiNode(scheduler, change));
    informers.of(PersistentVolume.KIND).onChange(change -> volume(scheduler, change));
    informers.of(PersistentVolumeClaim.KIND).onChange(change -> claim(scheduler, change));
  }

  private static void claim(Scheduler scheduler, Change<PersistentVolumeClaim> change) {
    PersistentVolumeClaim claim = change.latest();
    ObjectKey key = ObjectKey.of(claim);
    boolean gone = change instanceof Change.Removed<PersistentVolumeClaim>;
    scheduler.storageSeen(
        new StorageChange.Claim(
            key,
            storage -> {
              if (gone) {
                storage.claimGone(key);
              } else {
                storage.claimSeen(claim);
              }
            }));
  }

  private static void volume(Scheduler scheduler, Change<PersistentVolume> change) {
    PersistentVolume volume = change.latest();
    boolean gone = change instanceof Change.Removed<PersistentVolume>;
    scheduler.storageSeen(
        new StorageChange.Other(storage -> {
          if (gone) {
            storage.volumeGone(volume.metadata().name());
          } else {
            storage.volumeSeen(volume);
          }
        }));
  }

  private static void storageClass(Scheduler scheduler, Change<StorageClass> change) {
    StorageClass storageClass = change.latest();
    boolean gone = change instanceof Change.Removed<StorageClass>;
    scheduler.storageSeen(
        new StorageChange.Other(storage -> {
          if (gone) {
            storage.classGone(storageClass.metadata().name());
          } else {
            storage.classSeen(storageClass);
          }
        }));
  }

  private static void csiNode(Scheduler scheduler, Change<CSINode> change) {
    CSINode node = change.latest();
    boolean gone = change instanceof Change.Removed<CSINode>;
    scheduler.storageSeen(
        new StorageChange.Other(storage -> {
          if (gone) {
            storage.csiNodeGone(node.metadata().name());
          } else {
            storage.csiNodeSeen(node);
          }
        }));
  }
}
