package dev.wherry.store.rocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.store.Store;
import dev.wherry.store.StoreContractTest;
import dev.wherry.store.StoreException;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RocksStoreTest extends StoreContractTest {
  @TempDir Path folder;

  @Override
  protected Store open() {
    return RocksStore.open(folder, RocksStoreConfig.defaults());
  }

  private void reopen() {
    store.close();
    store = open();
  }

  @Test
  void open_afterOrderlyStop_goesOnWithHistoryAndRevision() throws Exception {
    long first = put("/a", "1");
    long second = put("/a", "2");
    reopen();

    assertEquals(second, store.currentRevision());
    assertEquals("1", text(store.getAt("/a", first).orElseThrow()));
    Recorder recorder = new Recorder();
    store.watch("/", "~", first, 10, recorder);
    assertEquals("PUT /a 2 after 1", recorder.next());
    assertTrue(put("/a", "3") > second);
  }

  @Test
  void open_whileInUse_isRefusedWithTheMend() {
    StoreException.Refused refused = assertThrows(StoreException.Refused.class, this::open);

    assertTrue(refused.getMessage().contains("in use by another wherry"));
  }

  @Test
  void open_whileInUseByAnotherProcess_isRefused() throws Exception {
    store.close();
    Process other = CrashLedger.start(folder);
    assertTrue(other.inputReader().readLine() != null, "it writes");
    StoreException.Refused refused = assertThrows(StoreException.Refused.class, this::open);
    other.toHandle().destroyForcibly();
    assertTrue(other.waitFor(120, TimeUnit.SECONDS));

    assertTrue(refused.getMessage().contains("in use by another wherry"));
    store = open();
  }

  @Test
  void open_tableFileMissing_isRefusedWithTheMend() throws IOException {
    put("/a", "1");
    store.checkpoint(folder.resolve("copy"));
    store.close();
    List<Path> tables;
    try (Stream<Path> files = Files.list(folder.resolve("db"))) {
      tables = files.filter(file -> file.toString().endsWith(".sst")).toList();
    }
    Files.delete(tables.getFirst());
    StoreException.Refused refused = assertThrows(StoreException.Refused.class, this::open);

    assertTrue(refused.getMessage().contains("put back a copy"), refused.getMessage());
    store = RocksStore.open(folder.resolve("copy"), RocksStoreConfig.defaults());
    assertEquals("1", text(store.get("/a").orElseThrow()));
  }

  @Test
  @Timeout(180)
  void open_logEndsInRubbish_keepsWhatWasWritten() throws Exception {
    store.close();
    Process writer = CrashLedger.start(folder);
    CrashLedger ledger = new CrashLedger();
    ledger.read(writer, () -> writer.toHandle().destroyForcibly(), "rubbish");
    Path newest = segments().getLast();
    byte[] content = Files.readAllBytes(newest);
    java.util.Arrays.fill(content, written(content), content.length, (byte) 8);
    Files.write(newest, content);

    store = open();
    ledger.check(store, CrashLedger.Ending.KILLED, "rubbish");
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("journal"))) {
      return files.sorted().toList();
    }
  }

  /** Where the zeros begin that a file of the journal is filled with. */
  private static int written(byte[] content) {
    int end = content.length;
    while (content[end - 1] == 0) {
      end--;
    }
    // The newest record's last bytes may be zeros too.
    return end + 16;
  }

  @Test
  void open_journalDamagedBeforeItsEnd_isRefusedWithTheMend() throws Exception {
    for (int i = 0; i < 6; i++) {
      put("/big/" + i, "x".repeat(1_000_000));
    }
    store.close();
    Path first = segments().getFirst();
    byte[] content = Files.readAllBytes(first);
    Files.write(first, new byte[content.length]);
    StoreException.Refused refused = assertThrows(StoreException.Refused.class, this::open);

    assertTrue(refused.getMessage().contains("is damaged before"), refused.getMessage());
    Files.write(first, content);
    store = open();
    assertEquals(1_000_000, store.get("/big/0").orElseThrow().value().length);
  }

  @Test
  void put_longerThanAFileOfTheJournal_isKept() {
    put("/long", "x".repeat((int) Journal.SEGMENT_BYTES + 1));
    put("/short", "1");
    reopen();

    assertEquals(Journal.SEGMENT_BYTES + 1, store.get("/long").orElseThrow().value().length);
    assertEquals("1", text(store.get("/short").orElseThrow()));
  }

  @Test
  void put_muchMoreThanTheTablesBuffer_usesTheSameFilesAgain() throws Exception {
    String value = "x".repeat(100_000);
    for (int i = 0; i < 1_500; i++) {
      put("/again/" + i % 10, value);
    }

    assertTrue(segments().size() <= 24, segments().size() + " files for 150 MB");
    reopen();
    assertEquals(150, store.get("/again/3").orElseThrow().version());
  }

  @Test
  void txnAsync_moreKeysWaitingThanAreRemembered_eachSeesTheOneBefore() {
    int txns = RecentKeys.KEYS_MAX / Txn.OPS_MAX + 64;
    List<CompletableFuture<TxnResult>> answers = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      for (int number = 0; number < txns; number++) {
        List<Txn.Op> ops = new ArrayList<>();
        for (int op = 0; op < Txn.OPS_MAX; op++) {
          ops.add(new Txn.Op.Put("/many/" + number + "/" + op, new byte[] {1}));
        }
        answers.add(store.txnAsync(new Txn(List.of(), ops, Txn.Durability.CHEAP)));
      }
    }
    answers.forEach(RocksStore::await);

    for (int number = 0; number < txns; number++) {
      assertEquals(2, store.get("/many/" + number + "/0").orElseThrow().version(), "of " + number);
    }
  }

  @Test
  void checkpoint_folderExists_isRefused() {
    assertThrows(StoreException.Refused.class, () -> store.checkpoint(folder));
  }

  @Test
  void open_newerVersion_isRefused() throws IOException {
    store.close();
    Files.writeString(folder.resolve("VERSION"), "99\n");
    StoreException.Refused refused = assertThrows(StoreException.Refused.class, this::open);

    assertTrue(refused.getMessage().contains("newer wherry"));
    Files.writeString(folder.resolve("VERSION"), "1\n");
    store = open();
  }

  @Test
  void open_damagedDatabase_isRefused() throws IOException {
    put("/a", "1");
    store.close();
    Path current = folder.resolve("db/CURRENT");
    String content = Files.readString(current);
    Files.writeString(current, "rubbish");
    StoreException.Refused refused = assertThrows(StoreException.Refused.class, this::open);

    assertTrue(refused.getMessage().contains("cannot be opened"), refused.getMessage());
    Files.writeString(current, content);
    store = open();
  }

  @Test
  void checkpoint_isAStoreOfThatMoment() {
    put("/a", "1");
    Path copy = folder.resolve("copy");
    store.checkpoint(copy);
    put("/a", "2");

    try (Store other = RocksStore.open(copy, RocksStoreConfig.defaults())) {
      assertEquals("1", text(other.get("/a").orElseThrow()));
    }
  }

  @Test
  void compact_manyVersions_leavesOneRecordPerKey() {
    for (int i = 0; i < 3 * Compaction.STEP_RECORDS_MAX; i++) {
      store.txnAsync(
          new dev.wherry.store.Txn(
              java.util.List.of(),
              java.util.List.of(new dev.wherry.store.Txn.Op.Put("/a", bytes("" + i))),
              dev.wherry.store.Txn.Durability.CHEAP));
    }
    long last = put("/a", "end");
    store.compact(last);
    reopen();

    assertEquals("end", text(store.get("/a").orElseThrow()));
    assertEquals(last, store.compactedRevision());
  }
}
