package dev.wherry.bench.store;

import java.util.function.LongSupplier;

/**
 * Something that takes durable writes.
 *
 * @param name for the table
 * @param put one durable write; blocks until it is acknowledged
 * @param processCpuNanos CPU time used so far by the process that does the work
 */
record Target(String name, Put put, LongSupplier processCpuNanos) {
  /** One write, of a value to a key. */
  interface Put {
    void put(String key, byte[] value);
  }
}
