/**
 * How a connection leaves HTTP and what both ends speak then: the choice of a protocol, WebSocket
 * frames, SPDY/3.1 frames, SPDY inside WebSocket messages, and the bounded hand-over between event
 * loops and blocking virtual threads. The event loop owns a connection's state. For {@code
 * dev.wherry.streaming.remotecommand} and {@code dev.wherry.streaming.portforward}, and for whoever
 * wires those to a server.
 */
@NullMarked
package dev.wherry.streaming.upgrade;

import org.jspecify.annotations.NullMarked;
