package dev.wherry.bench.store;

import dev.wherry.store.Store;
import dev.wherry.store.Txn;
import dev.wherry.store.TxnResult;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Durable puts with 1, 64 and 1,000 writers: our store, Debian's etcd, and fdatasync after each
 * write, in turn on one disk in one run; prints medians and ratios.
 *
 * <p>Arguments: a folder on the disk to measure (default: the current one), seconds per measurement
 * (default 5), etcd's path (default /usr/bin/etcd).
 */
public final class StoreBench {
  private static final int[] WRITERS = {1, 64, 1_000};
  private static final int VALUE_BYTES = 1_024;
  private static final int ROUNDS = 3;
  private static final Duration WARM_UP = Duration.ofSeconds(2);

  private final PrintStream out;
  private final Duration time;

  private StoreBench(PrintStream out, Duration time) {
    this.out = out;
    this.time = time;
  }

  public static void main(String[] args) throws Exception {
    Path parent = Path.of(args.length > 0 ? args[0] : ".").toAbsolutePath();
    Duration time = Duration.ofSeconds(args.length > 1 ? Long.parseLong(args[1]) : 5);
    Path etcd = Path.of(args.length > 2 ? args[2] : "/usr/bin/etcd");
    Path folder = Files.createTempDirectory(parent, "store-bench");
    try {
      new StoreBench(System.out, time).run(folder, etcd);
    } finally {
      delete(folder);
    }
  }

  private void run(Path folder, Path etcdProgram) throws Exception {
    try (Store store = RocksStore.open(folder.resolve("wherry"), RocksStoreConfig.defaults());
        Etcd etcd = Etcd.start(etcdProgram, folder.resolve("etcd"));
        BareDisk disk = new BareDisk(folder)) {
      Target ours = new Target("wherry", (key, value) -> put(store, key, value), Cpu::own);
      for (Target target : List.of(ours, etcd.target())) {
        Load.run(target, 64, VALUE_BYTES, WARM_UP);
      }
      out.printf(
          "%-10s %7s %12s %9s %9s %11s%n",
          "", "writers", "puts/s", "p50 us", "p99 us", "cpu us/put");
      for (int writers : WRITERS) {
        measure(ours, etcd.target(), disk.target(), writers);
      }
    }
  }

  /** One after the other, several times, so that a slow moment of the disk hits all. */
  private void measure(Target ours, Target etcd, Target disk, int writers)
      throws InterruptedException {
    List<Load.Result> oursResults = new ArrayList<>();
    List<Load.Result> etcdResults = new ArrayList<>();
    List<Load.Result> diskResults = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      oursResults.add(Load.run(ours, writers, VALUE_BYTES, time));
      etcdResults.add(Load.run(etcd, writers, VALUE_BYTES, time));
      if (writers == 1) {
        diskResults.add(Load.run(disk, writers, VALUE_BYTES, time));
      }
    }
    Load.Result our = print(ours.name(), writers, oursResults);
    Load.Result their = print(etcd.name(), writers, etcdResults);
    out.printf(
        Locale.ROOT, "  wherry / etcd: %.1fx%n", our.putsPerSecond() / their.putsPerSecond());
    if (!diskResults.isEmpty()) {
      Load.Result bare = print(disk.name(), writers, diskResults);
      out.printf(
          Locale.ROOT,
          "  time of one put / time of fdatasync: %.2f%n",
          bare.putsPerSecond() / our.putsPerSecond());
    }
  }

  private Load.Result print(String name, int writers, List<Load.Result> results) {
    Load.Result median =
        results.stream()
            .sorted(Comparator.comparingDouble(Load.Result::putsPerSecond))
            .toList()
            .get(results.size() / 2);
    out.printf(
        Locale.ROOT,
        "%-10s %7d %12.0f %9d %9d %11.1f%n",
        name,
        writers,
        median.putsPerSecond(),
        median.p50Micros(),
        median.p99Micros(),
        median.cpuMicros());
    return median;
  }

  private static void put(Store store, String key, byte[] value) {
    TxnResult result =
        store.txn(new Txn(List.of(), List.of(new Txn.Op.Put(key, value)), Txn.Durability.SYNCED));
    if (!(result instanceof TxnResult.Committed)) {
      throw new IllegalStateException("not committed: " + result);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
