/**
 * The Docker shim's streaming server: exec, attach and port-forward at the URLs CRI gives out, on
 * the loopback address. The protocols are {@code dev.wherry.streaming}'s; here are the tickets and
 * the way to Docker. The event loop owns connections. For {@code dev.wherry.runtime.docker} only.
 */
@NullMarked
package dev.wherry.runtime.docker.streams;

import org.jspecify.annotations.NullMarked;
