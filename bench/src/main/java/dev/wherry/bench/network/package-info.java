/**
 * Measurements of the Service proxy in an empty network namespace, of cluster DNS and the ingress.
 */
@NullMarked
package dev.wherry.bench.network;

import org.jspecify.annotations.NullMarked;
