/**
 * How much of a cluster of different machines is put to use, by scoring strategy. No owner; run by
 * Packing.
 */
@NullMarked
package dev.wherry.bench.packing;

import org.jspecify.annotations.NullMarked;
