/**
 * Cluster DNS, answered on every node by its own agent: the cluster's names from the API ({@code
 * zone}), all others by asking the host's servers ({@code forward}), over Netty's UDP and TCP
 * ({@code server}, {@code message}). Each event loop owns its caches; the zone is changed by one
 * virtual thread. Imported by the composition roots.
 */
@NullMarked
package dev.wherry.network.dns;

import org.jspecify.annotations.NullMarked;
