/**
 * The store over RocksDB in the process. One platform thread, {@code store-writer}, makes every
 * change: first in the journal, which makes it durable, then in the tables; reads go to the tables
 * from any thread. Imported by the composition root.
 *
 * <p>Two column families beside the small numbers: {@code log} has every kept version by revision,
 * each naming the one before it, {@code latest} the newest revision of every key.
 */
@NullMarked
package dev.wherry.store.rocks;

import org.jspecify.annotations.NullMarked;
