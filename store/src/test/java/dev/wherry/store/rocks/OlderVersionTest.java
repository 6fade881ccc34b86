package dev.wherry.store.rocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.store.Entry;
import dev.wherry.store.StoreException;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/** A data directory of version 2, with its index, as that version wrote it. */
class OlderVersionTest {
  private static final byte PUT = 1;
  private static final byte DELETE = 2;

  @TempDir Path folder;

  private Path database() {
    return folder.resolve("db");
  }

  @BeforeEach
  void writeVersion2() throws Exception {
    RocksDB.loadLibrary();
    Files.createDirectories(database());
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    for (String name : List.of("default", "latest", "index", "log")) {
      families.add(new ColumnFamilyDescriptor(ascii(name)));
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (DBOptions options =
            new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true);
        RocksDB db = RocksDB.open(options, database().toString(), families, handles)) {
      version(db, handles, "/a", PUT, 2, 0, 2, "first");
      version(db, handles, "/a", PUT, 3, 2, 2, "second");
      version(db, handles, "/b", PUT, 4, 0, 4, "gone");
      version(db, handles, "/b", DELETE, 5, 4, 4, "");
      db.put(handles.get(1), ascii("/a"), position(3));
      for (String number : List.of("written", "reserved", "clean")) {
        db.put(handles.get(0), ascii(number), ByteBuffer.allocate(8).putLong(5).array());
      }
      handles.forEach(ColumnFamilyHandle::close);
    }
    Files.writeString(folder.resolve("VERSION"), "2\n");
  }

  private static void version(
      RocksDB db,
      List<ColumnFamilyHandle> handles,
      String key,
      byte type,
      long revision,
      long previous,
      long created,
      String value)
      throws Exception {
    byte[] record =
        ByteBuffer.allocate(31 + key.length() + value.length())
            .put(type)
            .put(position(previous))
            .putLong(created)
            .putLong(revision - created + 1)
            .putShort((short) key.length())
            .put(ascii(key))
            .put(ascii(value))
            .array();
    db.put(handles.get(3), position(revision), record);
    ByteBuffer index = ByteBuffer.allocate(key.length() + 13);
    db.put(
        handles.get(2),
        index.put(ascii(key)).put((byte) 0).put(position(revision)).array(),
        new byte[0]);
  }

  private static byte[] position(long revision) {
    return ByteBuffer.allocate(12).putLong(revision).array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private RocksStore open() {
    return RocksStore.open(folder, RocksStoreConfig.defaults());
  }

  @Test
  void open_version2_hasItsKeysAndGoesOn() {
    try (RocksStore store = open()) {
      assertEquals(5, store.currentRevision());
      Entry kept = store.get("/a").orElseThrow();
      assertEquals("second", new String(kept.value(), StandardCharsets.US_ASCII));
      assertEquals(2, kept.version());
      assertEquals(Optional.empty(), store.get("/b"));
      assertEquals(1, store.range("/", "0", 0, 0).entries().size());
      assertEquals(1, store.range("/", "0", 5, 0).entries().size());

      Txn anew =
          new Txn(
              List.of(new Txn.Compare("/b", 0)),
              List.of(new Txn.Op.Put("/b", new byte[] {1})),
              Txn.Durability.SYNCED);
      assertEquals(6, assertInstanceOf(TxnResult.Committed.class, store.txn(anew)).revision());
      assertEquals(1, store.get("/b").orElseThrow().version());
      assertEquals(Optional.empty(), store.getAt("/b", 5));
    }
    try (RocksStore again = open()) {
      assertEquals(2, again.range("/", "0", 0, 0).entries().size());
    }
  }

  @Test
  void open_version2_historyBeforeIsGoneAndSoIsTheIndex() throws Exception {
    try (RocksStore store = open()) {
      assertThrows(StoreException.Compacted.class, () -> store.getAt("/a", 2));
    }

    try (Options options = new Options()) {
      List<String> families =
          RocksDB.listColumnFamilies(options, database().toString()).stream()
              .map(name -> new String(name, StandardCharsets.US_ASCII))
              .toList();
      assertFalse(families.contains("index"), families.toString());
    }
    assertEquals("3", Files.readString(folder.resolve("VERSION")).trim());
  }
}
