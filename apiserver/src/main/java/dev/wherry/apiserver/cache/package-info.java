/**
 * The watch cache: every object once, as the bytes clients get, and the changes of the last
 * minutes. One thread, the store's subscription, changes it; lists and watches are served from it.
 * Imported by rest, registry and the view.
 */
@NullMarked
package dev.wherry.apiserver.cache;

import org.jspecify.annotations.NullMarked;
