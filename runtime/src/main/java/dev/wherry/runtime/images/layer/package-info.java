/**
 * Layers: archives by strangers, read and unpacked with bounded memory. A layer becomes a folder as
 * overlayfs wants its lower ones (a removed name is a character device 0/0, an emptied folder has
 * an attribute), or goes over the layers below it in one plain folder where overlayfs is refused.
 *
 * <p>Owner thread: one platform thread for each layer, since every step is a system call. Imported
 * by {@code dev.wherry.runtime.images.snapshot}.
 */
@NullMarked
package dev.wherry.runtime.images.layer;

import org.jspecify.annotations.NullMarked;
