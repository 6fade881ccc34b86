/** Tests of the relay of pods' packets; with real interfaces in {@code nodes}. */
@NullMarked
package dev.wherry.network.relay;

import org.jspecify.annotations.NullMarked;
