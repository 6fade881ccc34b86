/**
 * The streaming server: exec, attach and port-forward at the URLs CRI gives out, on the loopback
 * address. The protocols are {@code dev.wherry.streaming}'s; here are the tickets and the way to a
 * runtime. The event loop owns connections. For the runtimes of this module only.
 */
@NullMarked
package dev.wherry.runtime.streams;

import org.jspecify.annotations.NullMarked;
