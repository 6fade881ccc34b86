/**
 * Root file systems: unpacked layers by chain id, and for each container an overlay of them with a
 * writable folder of its own, or a copy where the kernel refuses overlays. What is mounted is asked
 * of the kernel each time, so neither a restart nor a reboot confuses it.
 *
 * <p>Any thread may call; native calls go to platform threads. Calls for one container or one layer
 * wait for each other. Imported by {@code service} beside it and by the composition root.
 */
@NullMarked
package dev.wherry.runtime.images.snapshot;

import org.jspecify.annotations.NullMarked;
