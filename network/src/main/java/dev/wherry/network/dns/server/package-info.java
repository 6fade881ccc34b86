/**
 * Takes questions by UDP and TCP and answers them from the cluster's zone or by asking others. Each
 * event loop has a socket, a cache and limits of its own and shares nothing but the zone and the
 * counters. Imported by {@code dns}.
 */
@NullMarked
package dev.wherry.network.dns.server;

import org.jspecify.annotations.NullMarked;
