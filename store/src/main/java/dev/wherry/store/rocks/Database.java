package dev.wherry.store.rocks;

import dev.wherry.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Range;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** RocksDB with its column families; turns its errors into ours. */
final class Database implements AutoCloseable {
  private static final String[] FAMILIES = {"default", "latest", "index", "log"};
  private static final int LOG_FILES_KEPT = 1;
  private static final long LOG_FILE_BYTES_MAX = 1L << 20;
  private static final long WAL_BYTES_MAX = 32L << 20;
  private static final int OPEN_FILES_MAX = 256;

  /** One key in a hundred that is not there costs a read of a file. */
  private static final double FILTER_BITS_PER_KEY = 10;

  private final List<AbstractNativeReference> owned = new ArrayList<>();
  private final List<ColumnFamilyHandle> handles = new ArrayList<>();
  private final RocksDB db;
  private final WriteOptions synced;
  private final WriteOptions cheap;

  /**
   * @throws StoreException.Refused when the files are damaged
   */
  Database(Path folder, RocksStoreConfig config) {
    loadLibrary();
    WalTail.cutRubbish(folder);
    synced = own(new WriteOptions().setSync(true));
    cheap = own(new WriteOptions().setSync(false));
    DBOptions options = own(options(config));
    ColumnFamilyOptions family = own(family(config));
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    for (String name : FAMILIES) {
      families.add(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.US_ASCII), family));
    }
    try {
      db = RocksDB.open(options, folder.toString(), families, handles);
    } catch (RocksDBException e) {
      close(owned);
      throw refusal(folder, e);
    }
  }

  /**
   * From {@code java.library.path}, where a package puts {@code librocksdbjni-linux64.so}; else
   * unpacked from the jar into the temporary folder, at every start.
   */
  private static void loadLibrary() {
    try {
      RocksDB.loadLibrary();
    } catch (UnsatisfiedLinkError | RuntimeException e) {
      throw new StoreException.Refused(
          "cannot load the database's native library: "
              + e.getMessage()
              + "; name its folder by -Djava.library.path",
          e);
    }
  }

  private static StoreException refusal(Path folder, RocksDBException e) {
    return failure(e) instanceof StoreException.Full full
        ? full
        : new StoreException.Refused(
            "the database in "
                + folder
                + " cannot be opened: "
                + e.getMessage()
                + "; put back a copy, or move the folder away to begin anew",
            e);
  }

  private static DBOptions options(RocksStoreConfig config) {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(LOG_FILES_KEPT)
        .setMaxLogFileSize(LOG_FILE_BYTES_MAX)
        .setMaxTotalWalSize(WAL_BYTES_MAX)
        .setDbWriteBufferSize(2 * config.writeBufferBytes())
        .setMaxOpenFiles(OPEN_FILES_MAX)
        .setMaxBackgroundJobs(2)
        .setStatsDumpPeriodSec(0)
        .setAvoidFlushDuringShutdown(true)
        .setMaxManifestFileSize(4 << 20);
  }

  private ColumnFamilyOptions family(RocksStoreConfig config) {
    LRUCache cache = own(new LRUCache(config.blockCacheBytes()));
    return new ColumnFamilyOptions()
        .setWriteBufferSize(config.writeBufferBytes())
        .setMaxWriteBufferNumber(2)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setTableFormatConfig(
            new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(own(new BloomFilter(FILTER_BITS_PER_KEY)))
                .setCacheIndexAndFilterBlocks(true)
                .setBlockSize(16 << 10));
  }

  private <T extends AbstractNativeReference> T own(T reference) {
    owned.add(reference);
    return reference;
  }

  ColumnFamilyHandle meta() {
    return handles.get(0);
  }

  ColumnFamilyHandle latest() {
    return handles.get(1);
  }

  ColumnFamilyHandle index() {
    return handles.get(2);
  }

  ColumnFamilyHandle log() {
    return handles.get(3);
  }

  byte @Nullable [] get(ColumnFamilyHandle family, byte[] key) {
    try {
      return db.get(family, key);
    } catch (RocksDBException e) {
      throw failure(e);
    }
  }

  byte @Nullable [] get(ColumnFamilyHandle family, ReadOptions options, byte[] key) {
    try {
      return db.get(family, options, key);
    } catch (RocksDBException e) {
      throw failure(e);
    }
  }

  RocksIterator iterator(ColumnFamilyHandle family, ReadOptions options) {
    return db.newIterator(family, options);
  }

  long approximateBytes(ColumnFamilyHandle family, byte[] from, byte[] to) {
    try (Slice first = new Slice(from);
        Slice last = new Slice(to)) {
      long[] sizes =
          db.getApproximateSizes(
              family,
              List.of(new Range(first, last)),
              SizeApproximationFlag.INCLUDE_FILES,
              SizeApproximationFlag.INCLUDE_MEMTABLES);
      return sizes[0];
    }
  }

  Snapshot snapshot() {
    return db.getSnapshot();
  }

  void release(Snapshot snapshot) {
    db.releaseSnapshot(snapshot);
  }

  /** Blocks in native code: for platform threads only. */
  void write(WriteBatch batch, boolean sync) {
    try {
      db.write(sync ? synced : cheap, batch);
    } catch (RocksDBException e) {
      throw failure(e);
    }
  }

  void checkpoint(Path folder) {
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(folder.toString());
    } catch (RocksDBException e) {
      throw failure(e);
    }
  }

  /** What RocksDB says, in our words. */
  static StoreException failure(RocksDBException e) {
    Status status = e.getStatus();
    if (status != null
        && (status.getSubCode() == Status.SubCode.NoSpace
            || String.valueOf(e.getMessage()).contains("No space left"))) {
      return new StoreException.Full(e);
    }
    return new StoreException.Unavailable("the database failed: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    handles.forEach(ColumnFamilyHandle::close);
    db.close();
    close(owned);
  }

  private static void close(List<AbstractNativeReference> references) {
    references.reversed().forEach(AbstractNativeReference::close);
  }
}
