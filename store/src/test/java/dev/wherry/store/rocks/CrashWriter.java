package dev.wherry.store.rocks;

import dev.wherry.store.Entry;
import dev.wherry.store.Store;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** Writes without end and prints every acknowledged revision: {@code key revision ;}. */
public final class CrashWriter {
  private static final int WRITERS = 8;

  private CrashWriter() {}

  public static void main(String[] args) {
    Store store = RocksStore.open(Path.of(args[0]), RocksStoreConfig.defaults());
    PrintStream out = System.out;
    for (int w = 0; w < WRITERS; w++) {
      String key = "/w/" + w;
      Txn.Durability durability = w % 2 == 0 ? Txn.Durability.SYNCED : Txn.Durability.CHEAP;
      Thread.ofPlatform().start(() -> write(store, key, durability, out));
    }
  }

  private static void write(Store store, String key, Txn.Durability durability, PrintStream out) {
    while (true) {
      Optional<Entry> entry = store.get(key);
      long version = entry.map(Entry::version).orElse(0L) + 1;
      byte[] value = String.valueOf(version).getBytes(StandardCharsets.US_ASCII);
      Txn txn = Txn.put(key, value, entry.map(Entry::modRevision).orElse(0L), durability);
      if (store.txn(txn) instanceof TxnResult.Committed(long revision)) {
        out.println(key + " " + revision + " ;");
      }
    }
  }
}
