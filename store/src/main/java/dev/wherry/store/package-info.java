/**
 * Versioned bytes: keys, values and revisions, nothing of Kubernetes. Imported by apiserver and the
 * composition root only; {@link dev.wherry.store.Store} is the port, {@code rocks} the
 * implementation in the process.
 */
@NullMarked
package dev.wherry.store;

import org.jspecify.annotations.NullMarked;
