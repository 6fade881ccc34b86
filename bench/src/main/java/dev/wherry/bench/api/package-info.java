/**
 * The API server under load: a server without controllers in a process of its own, and clients over
 * HTTPS. Imported by the benchmarks above.
 */
@NullMarked
package dev.wherry.bench.api;

import org.jspecify.annotations.NullMarked;
