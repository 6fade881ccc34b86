/**
 * The built-in runtime: containers through runc or crun with no daemon in between. Each container
 * hangs under a supervisor ({@code wherry-shim supervise}) of its own, so it outlives this process.
 *
 * <p>Owner threads: a sandbox and a container change only under their own lock of one call at a
 * time; everything that enters a namespace or waits for a process is done by wherry-shim.
 *
 * <p>May be imported by the composition root ({@code cli}) and, for the port {@link
 * dev.wherry.runtime.builtin.ContainerRoots}, by {@code images}.
 */
@NullMarked
package dev.wherry.runtime.builtin;

import org.jspecify.annotations.NullMarked;
