/**
 * The cluster's ranges of addresses: what a user may choose, the defaults, and what follows from
 * them. Pure; imported by whoever gives addresses out and by the composition roots.
 */
@NullMarked
package dev.wherry.machinery.address;

import org.jspecify.annotations.NullMarked;
