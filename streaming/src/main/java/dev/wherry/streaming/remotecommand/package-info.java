/**
 * Commands in containers with their streams, as {@code kubectl exec}, {@code attach} and {@code cp}
 * want them: the server that ends WebSocket (v5, v4, and the older {@code channel.k8s.io}, binary
 * and base64) and SPDY/3.1, and the client of a runtime's SPDY server. The event loop owns a
 * connection; each command has two virtual threads that block. Imported by the kubelet and the
 * runtimes.
 */
@NullMarked
package dev.wherry.streaming.remotecommand;

import org.jspecify.annotations.NullMarked;
