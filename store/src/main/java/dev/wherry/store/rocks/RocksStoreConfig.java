package dev.wherry.store.rocks;

/**
 * Limits of a store; the defaults fit a device with 512 MB.
 *
 * @param blockCacheBytes of decompressed blocks kept for reads
 * @param writeBufferBytes of one memory table; all together take at most twice as much
 * @param queueTxnsMax transactions that may wait for the writer
 * @param batchTxnsMax transactions written, and synced, together
 * @param reservedRevisions revisions reserved durably at a time
 */
public record RocksStoreConfig(
    long blockCacheBytes,
    long writeBufferBytes,
    int queueTxnsMax,
    int batchTxnsMax,
    int reservedRevisions) {
  private static final long MIB = 1 << 20;

  public RocksStoreConfig {
    atLeast("blockCacheBytes", blockCacheBytes, MIB);
    atLeast("writeBufferBytes", writeBufferBytes, MIB);
    atLeast("queueTxnsMax", queueTxnsMax, 1);
    atLeast("batchTxnsMax", batchTxnsMax, 1);
    atLeast("reservedRevisions", reservedRevisions, 2L * batchTxnsMax);
  }

  public static RocksStoreConfig defaults() {
    return new RocksStoreConfig(8 * MIB, 8 * MIB, 4_096, 1_024, 100_000);
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " is less than " + least);
    }
  }
}
