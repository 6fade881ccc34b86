package dev.wherry.scheduler;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.scheduler.view.Storage;
import java.util.function.Consumer;

/** Something of the storage was told anew. */
public sealed interface StorageChange {
  /** Makes the change; called by the loop. */
  void apply(Storage storage);

  /** About one claim. */
  record Claim(ObjectKey key, Consumer<Storage> change) implements StorageChange {
    @Override
    public void apply(Storage storage) {
      change.accept(storage);
    }
  }

  /** About a volume, a class or a node's drivers. */
  record Other(Consumer<Storage> change) implements StorageChange {
    @Override
    public void apply(Storage storage) {
      change.accept(storage);
    }
  }
}
