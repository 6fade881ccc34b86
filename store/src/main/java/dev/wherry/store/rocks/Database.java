package dev.wherry.store.rocks;

import dev.wherry.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.Range;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
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
  private static final List<String> FAMILIES = List.of("default", "latest", "log");

  /** Of data directories before version 3. */
  private static final String INDEX = "index";

  private static final int LOG_FILES_KEPT = 1;
  private static final long LOG_FILE_BYTES_MAX = 1L << 20;

  /** Journal files that may wait for the tables before a write waits for them. */
  private static final int JOURNAL_SEGMENTS_MAX = 16;

  private static final byte[] JOURNAL = "journal".getBytes(StandardCharsets.US_ASCII);
  private static final int OPEN_FILES_MAX = 256;

  /** One that fills, and two for a disk that is slower for a moment. */
  private static final int WRITE_BUFFERS_MAX = 3;

  /** Files of the first level before they are merged: half as often as RocksDB would. */
  private static final int LEVEL_0_FILES = 8;

  /** Table files go to the disk in such pieces, or a sync of the journal waits for a whole one. */
  private static final long TABLE_SYNC_BYTES = 256L << 10;

  /** One key in a hundred that is not there costs a read of a file. */
  private static final double FILTER_BITS_PER_KEY = 10;

  private final List<AbstractNativeReference> owned = new ArrayList<>();
  private final List<ColumnFamilyHandle> handles = new ArrayList<>();
  private final RocksDB db;
  private final WriteOptions unlogged;
  private final ReadOptions persisted;
  private final FlushOptions waiting;
  private final Journal journal;
  private byte @Nullable [] unapplied;

  /**
   * @throws StoreException.Refused when the files are damaged
   */
  Database(Path folder, Path journalFolder, RocksStoreConfig config) {
    loadLibrary();
    unlogged = own(new WriteOptions().setDisableWAL(true).setMemtableInsertHintPerBatch(true));
    persisted = own(new ReadOptions().setReadTier(ReadTier.PERSISTED_TIER));
    waiting = own(new FlushOptions().setWaitForFlush(true));
    DBOptions options = own(options(config));
    ColumnFamilyOptions family = own(family(config));
    try {
      List<ColumnFamilyDescriptor> families = new ArrayList<>();
      for (String name : familiesOf(folder)) {
        families.add(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.US_ASCII), family));
      }
      db = RocksDB.open(options, folder.toString(), families, handles);
    } catch (RocksDBException e) {
      close(owned);
      throw refusal(folder, e);
    }
    try {
      journal = openJournal(journalFolder);
    } catch (StoreException e) {
      closeTables();
      throw e;
    }
  }

  /** RocksDB wants all that are there to be named. */
  private static List<String> familiesOf(Path folder) throws RocksDBException {
    List<String> names = new ArrayList<>(FAMILIES);
    if (Files.exists(folder.resolve("CURRENT"))) {
      try (Options options = new Options()) {
        for (byte[] name : RocksDB.listColumnFamilies(options, folder.toString())) {
          if (new String(name, StandardCharsets.US_ASCII).equals(INDEX)) {
            names.add(INDEX);
          }
        }
      }
    }
    return names;
  }

  /** The tables hold all of it afterwards, so that its files are free. */
  private Journal openJournal(Path folder) {
    Journal opened = Journal.open(folder, this::flushed);
    try {
      if (opened.replay((_, batch) -> apply(batch)) > 0) {
        flush();
      }
      return opened;
    } catch (StoreException e) {
      opened.close();
      throw e;
    }
  }

  /** The number of the newest batch that would be there without the journal. */
  private long flushed() {
    byte[] number = get(meta(), persisted, JOURNAL);
    return number == null ? 0 : ByteBuffer.wrap(number).getLong();
  }

  private void flush() {
    try {
      db.flush(waiting, handles);
    } catch (RocksDBException e) {
      throw failure(e);
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
        .setAtomicFlush(true)
        .setDbWriteBufferSize(2 * config.writeBufferBytes())
        .setMaxOpenFiles(OPEN_FILES_MAX)
        .setMaxBackgroundJobs(2)
        .setStatsDumpPeriodSec(0)
        .setBytesPerSync(TABLE_SYNC_BYTES)
        .setAvoidFlushDuringShutdown(true)
        .setMaxManifestFileSize(4 << 20);
  }

  private ColumnFamilyOptions family(RocksStoreConfig config) {
    LRUCache cache = own(new LRUCache(config.blockCacheBytes()));
    return new ColumnFamilyOptions()
        .setWriteBufferSize(config.writeBufferBytes())
        .setMaxWriteBufferNumber(WRITE_BUFFERS_MAX)
        .setLevel0FileNumCompactionTrigger(LEVEL_0_FILES)
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

  ColumnFamilyHandle log() {
    return handles.get(2);
  }

  /** Whether the index of a data directory before version 3 is still there. */
  boolean hasIndex() {
    return handles.size() > FAMILIES.size();
  }

  /** Removes it; the journal must hold nothing of it that the tables do not. */
  void dropIndex() {
    flush();
    try (ColumnFamilyHandle index = handles.removeLast()) {
      db.dropColumnFamily(index);
    } catch (RocksDBException e) {
      throw failure(e);
    }
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

  /** Both at once: {@link #append} and {@link #apply}. */
  void write(Batch batch, boolean sync) {
    append(batch, sync);
    apply();
  }

  /**
   * Makes a batch durable, or leaves that to the kernel. Reads see it after the next {@link
   * #apply}. Blocks in native code: for platform threads only.
   */
  void append(Batch batch, boolean sync) {
    apply();
    if (journal.heldSegments() > JOURNAL_SEGMENTS_MAX) {
      flush();
      journal.reclaim();
    }
    batch.put(meta(), JOURNAL, Long.BYTES).putLong(journal.next());
    byte[] bytes = batch.toBytes();
    journal.append(bytes, sync);
    unapplied = bytes;
  }

  /**
   * Puts into the tables what was appended last.
   *
   * @throws StoreException when they refuse it; nothing can be appended until they take it
   */
  void apply() {
    byte[] bytes = unapplied;
    if (bytes != null) {
      apply(bytes);
      unapplied = null;
    }
  }

  private void apply(byte[] bytes) {
    try (WriteBatch batch = new WriteBatch(bytes)) {
      db.write(unlogged, batch);
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

  static StoreException failure(IOException e) {
    return String.valueOf(e.getMessage()).contains("No space left")
        ? new StoreException.Full(e)
        : new StoreException.Unavailable("the journal failed: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    journal.close();
    closeTables();
  }

  private void closeTables() {
    handles.forEach(ColumnFamilyHandle::close);
    db.close();
    close(owned);
  }

  private static void close(List<AbstractNativeReference> references) {
    references.reversed().forEach(AbstractNativeReference::close);
  }
}
