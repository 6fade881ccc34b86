/**
 * Limits of pods' bandwidth by their annotations (decision 0631), on the built-in pod network. One
 * virtual thread owns the state; netlink calls go through a thread of their own. Imported by the
 * composition root.
 */
@NullMarked
package dev.wherry.network.bandwidth;

import org.jspecify.annotations.NullMarked;
