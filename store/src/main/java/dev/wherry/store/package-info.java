/** Versioned bytes: get, range, txn, watch, compact over RocksDB. */
@NullMarked
package dev.wherry.store;

import org.jspecify.annotations.NullMarked;
