/**
 * The images of a store as a runtime sees them: by id, with all their names, their process's
 * configuration and their layers. Immutable records, read anew when the store's folders changed;
 * any thread may ask. Imported by {@code snapshot} and {@code service} beside it.
 */
@NullMarked
package dev.wherry.runtime.images.catalog;

import org.jspecify.annotations.NullMarked;
