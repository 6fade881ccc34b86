/** Measurements of the Service proxy in an empty network namespace. */
@NullMarked
package dev.wherry.bench.network;

import org.jspecify.annotations.NullMarked;
