package dev.wherry.scheduler.api;

import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.storage.v1.CSINode;
import dev.wherry.model.storage.v1.StorageClass;
import dev.wherry.scheduler.Scheduler;
import dev.wherry.scheduler.StorageChange;
import dev.wherry.scheduler.view.Storage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Tells the scheduler of claims, volumes, classes and what nodes' drivers take. */
final class StorageFeed {
  private StorageFeed() {}

  static void follow(Informers informers, Scheduler scheduler) {
    other(informers, StorageClass.KIND, scheduler, Storage::classSeen, Storage::classGone);
    other(informers, CSINode.KIND, scheduler, Storage::csiNodeSeen, Storage::csiNodeGone);
    other(informers, PersistentVolume.KIND, scheduler, Storage::volumeSeen, Storage::volumeGone);
    informers
        .of(PersistentVolumeClaim.KIND)
        .onChange(change -> {
          ObjectKey key = ObjectKey.of(change.latest());
          Consumer<Storage> told =
              told(change, Storage::claimSeen, (storage, _) -> storage.claimGone(key));
          scheduler.storageSeen(new StorageChange.Claim(key, told));
        });
  }

  /** Follows a kind whose objects have no namespace; {@code gone} takes the name. */
  private static <T extends KubeObject> void other(
      Informers informers,
      Kind<T> kind,
      Scheduler scheduler,
      BiConsumer<Storage, T> seen,
      BiConsumer<Storage, String> gone) {
    informers
        .of(kind)
        .onChange(change ->
            scheduler.storageSeen(
                new StorageChange.Other(
                    told(
                        change,
                        seen,
                        (storage, last) -> gone.accept(storage, last.metadata().name())))));
  }

  private static <T extends KubeObject> Consumer<Storage> told(
      Change<T> change, BiConsumer<Storage, T> seen, BiConsumer<Storage, T> gone) {
    BiConsumer<Storage, T> how = change instanceof Change.Removed<T> ? gone : seen;
    T latest = change.latest();
    return storage -> how.accept(storage, latest);
  }
}
