package dev.wherry.store.rocks;

import dev.wherry.store.Entry;
import dev.wherry.store.Store;
import dev.wherry.store.StoreException;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Writes without end and prints every acknowledged revision: {@code writer revision count class ;}.
 * Writer {@code n} counts in {@code /count/n}; the same transactions keep {@code /pair/n} equal and
 * {@code /odd/n} there while the count is odd. Even writers are synced, odd ones cheap.
 */
public final class CrashWriter {
  static final int WRITERS = 8;
  private static final int COMPACT_EVERY = 64;
  private static final int HISTORY_KEPT = 400;

  private CrashWriter() {}

  public static void main(String[] args) {
    Store store = RocksStore.open(Path.of(args[0]), RocksStoreConfig.defaults());
    PrintStream out = System.out;
    for (int w = 0; w < WRITERS; w++) {
      int writer = w;
      Thread.ofPlatform().start(() -> write(store, writer, out));
    }
  }

  private static void write(Store store, int writer, PrintStream out) {
    Txn.Durability durability = writer % 2 == 0 ? Txn.Durability.SYNCED : Txn.Durability.CHEAP;
    try {
      while (true) {
        Optional<Entry> entry = store.get("/count/" + writer);
        long count = entry.map(CrashWriter::count).orElse(0L) + 1;
        long expected = entry.map(Entry::modRevision).orElse(0L);
        if (store.txn(step(writer, count, expected, durability))
            instanceof TxnResult.Committed(long revision)) {
          // One write to the pipe a line, so that a kill cannot cut one unnoticed.
          out.println(writer + " " + revision + " " + count + " " + durability + " ;");
        }
        if (writer == 0 && count % COMPACT_EVERY == 0) {
          store.compact(store.currentRevision() - HISTORY_KEPT);
        }
      }
    } catch (StoreException e) {
      out.println("stopped: " + e.getMessage());
    }
  }

  private static Txn step(int writer, long count, long expected, Txn.Durability durability) {
    byte[] value = String.valueOf(count).getBytes(StandardCharsets.US_ASCII);
    return new Txn(
        List.of(new Txn.Compare("/count/" + writer, expected)),
        List.of(
            new Txn.Op.Put("/count/" + writer, value),
            new Txn.Op.Put("/pair/" + writer, value),
            count % 2 == 1
                ? new Txn.Op.Put("/odd/" + writer, value)
                : new Txn.Op.Delete("/odd/" + writer)),
        durability);
  }

  static long count(Entry entry) {
    return Long.parseLong(new String(entry.value(), StandardCharsets.US_ASCII));
  }
}
