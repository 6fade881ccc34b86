/**
 * The Docker shim's streaming server: exec, attach and port-forward at the URLs CRI gives out, by
 * WebSocket (v5 and v4.channel.k8s.io) and SPDY/3.1 (v4.channel.k8s.io, portforward.k8s.io), on the
 * loopback address. The event loop owns connections; each process and each forwarded connection has
 * virtual threads of its own that block. For {@code dev.wherry.runtime.docker} only.
 */
@NullMarked
package dev.wherry.runtime.docker.streams;

import org.jspecify.annotations.NullMarked;
