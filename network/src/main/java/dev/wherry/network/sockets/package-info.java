/**
 * The sockets on which a node is asked (DNS, Ingress, health), kept over restarts of the program:
 * wherry-shim holds them (native/hold.c) and hands them to whoever asks next. Any thread calls.
 * Imported by this module's servers and by the composition root.
 */
@NullMarked
package dev.wherry.network.sockets;

import org.jspecify.annotations.NullMarked;
