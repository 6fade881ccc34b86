/**
 * The store over RocksDB in the process. One platform thread, {@code store-writer}, makes every
 * change; reads go straight to the database from any thread. Imported by the composition root.
 *
 * <p>Three column families: {@code log} has every version by revision, {@code latest} the newest
 * revision of every key, {@code index} all revisions of every key that are still kept.
 */
@NullMarked
package dev.wherry.store.rocks;

import org.jspecify.annotations.NullMarked;
