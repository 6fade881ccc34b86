/**
 * Connections to ports of a pod, as {@code kubectl port-forward} wants them: the server that ends
 * SPDY/3.1, SPDY inside a WebSocket, and the older WebSocket channels, and the client of a
 * runtime's SPDY server. The event loop owns a client's connection; each forwarded one has two
 * virtual threads that block. Imported by the kubelet and the runtimes.
 */
@NullMarked
package dev.wherry.streaming.portforward;

import org.jspecify.annotations.NullMarked;
