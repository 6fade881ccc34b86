package dev.wherry.apiserver.secrets;

import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.apiserver.config.FileFollower;
import dev.wherry.store.Entry;
import dev.wherry.store.Page;
import dev.wherry.store.Store;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An EncryptionConfiguration in force, and what follows it: values are written again after a start,
 * a change of the file and a change of a plugin's key. A file that changes takes effect when all
 * its plugins are well and everything stored can be read by it; else the last good one stays.
 */
public final class EncryptionAtRest implements ValueTransformer, AutoCloseable {
  private static final int PAGE_ENTRIES = 500;

  private final Path file;
  private final ValueTransformer own;
  private final Ground ground;
  private final DataKeys keys = new DataKeys();
  private final FileFollower follower;
  private volatile ConfiguredTransformer current;
  // Values written until the moment of a change may need what was in force before.
  private volatile @Nullable ConfiguredTransformer previous;
  private volatile @Nullable Store store;
  private volatile @Nullable Rewriting rewriting;

  /**
   * What it stands on.
   *
   * @param uids of requests to plugins
   * @param reload how often the file is looked at; empty when it is read once
   */
  public record Ground(
      InstantSource clock, Supplier<UUID> uids, SecureRandom random, Optional<Duration> reload) {}

  /**
   * Reads a file.
   *
   * @param own encrypts and reads what the file does not speak of
   * @throws ConfigException telling all that is wrong
   */
  public static EncryptionAtRest open(Path file, ValueTransformer own, Ground ground) {
    return new EncryptionAtRest(file, own, ground);
  }

  private EncryptionAtRest(Path file, ValueTransformer own, Ground ground) {
    this.file = file;
    this.own = own;
    this.ground = ground;
    this.follower = new FileFollower("encryption", file, ground.clock(), this::load);
    this.current = transformer(EncryptionConfig.parse(file.toString(), follower.first()));
  }

  private ConfiguredTransformer transformer(EncryptionConfig config) {
    var on = new KmsProvider.Ground(keys, ground.clock(), ground.random(), this::rewrite);
    return new ConfiguredTransformer(
        config,
        own,
        kms -> new KmsProvider(kms, new KmsClient(kms, ground.uids()), on),
        ground.random());
  }

  /** Begins to write values again and to look at the file. */
  public void follow(Store values) {
    store = values;
    rewriting = new Rewriting(values, () -> current);
    ground.reload().ifPresent(follower::every);
  }

  /** Looks at the file, and tells what became of that. */
  public FileFollower follower() {
    return follower;
  }

  private void rewrite() {
    Rewriting thread = rewriting;
    if (thread != null) {
      thread.again();
    }
  }

  private void load(byte[] bytes) {
    ConfiguredTransformer next = transformer(EncryptionConfig.parse(file.toString(), bytes));
    try {
      List<String> faults = next.faults();
      if (!faults.isEmpty()) {
        throw new IllegalStateException(String.join("; ", faults));
      }
      checkReadable(next);
    } catch (RuntimeException e) {
      next.close();
      throw e;
    }
    ConfiguredTransformer older = previous;
    previous = current;
    current = next;
    if (older != null) {
      older.close();
    }
    rewrite();
  }

  /** Opens every encrypted value once, so that no key is missed when it is too late. */
  private void checkReadable(ConfiguredTransformer next) {
    Store values = store;
    String from = StoreKeys.PREFIX;
    while (values != null) {
      Page page = values.range(from, StoreKeys.END, 0, PAGE_ENTRIES);
      for (Entry entry : page.entries()) {
        next.fromStored(entry.key(), entry.value());
      }
      if (!page.more()) {
        return;
      }
      from = page.entries().getLast().key() + "\u0001";
    }
  }

  @Override
  public byte[] toStored(String key, byte[] value) {
    return current.toStored(key, value);
  }

  @Override
  public byte[] fromStored(String key, byte[] stored) {
    ConfiguredTransformer before = previous;
    try {
      return current.fromStored(key, stored);
    } catch (DecryptionException e) {
      if (before == null) {
        throw e;
      }
      return before.fromStored(key, stored);
    }
  }

  /** Whether every plugin is well. */
  public boolean isHealthy() {
    return current.faults().isEmpty();
  }

  @Override
  public void close() {
    follower.close();
    Rewriting thread = rewriting;
    if (thread != null) {
      thread.close();
    }
    ConfiguredTransformer before = previous;
    if (before != null) {
      before.close();
    }
    current.close();
  }
}
