/** Measurements of the Service proxy in an empty network namespace, and of cluster DNS. */
@NullMarked
package dev.wherry.bench.network;

import org.jspecify.annotations.NullMarked;
