/**
 * How far a store's history reaches back. {@link dev.wherry.store.horizon.HorizonKeeper} owns one
 * virtual thread, {@code store-horizon}. Imported by the composition root.
 */
@NullMarked
package dev.wherry.store.horizon;

import org.jspecify.annotations.NullMarked;
