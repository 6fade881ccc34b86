/**
 * The port through which every component speaks with the API server, and its HTTPS implementation.
 * The in-process implementation is the API server's. Clients hold no mutable state of the cluster;
 * any thread may call them, virtual threads by custom. Imported by every module above.
 */
@NullMarked
package dev.wherry.machinery.client;

import org.jspecify.annotations.NullMarked;
