/**
 * The kernel's file and mount calls that Java has no methods for, through the foreign function API:
 * paths that cannot leave a folder (openat2), device nodes, owners, extended attributes, overlay
 * mounts, removal of trees with hostile names.
 *
 * <p>Every call may block in the kernel: platform threads only. Names are the raw bytes of a path
 * as ISO 8859-1, since a layer may hold names that are no UTF-8.
 *
 * <p>Imported by the other packages below {@code dev.wherry.runtime.images} only.
 */
@NullMarked
package dev.wherry.runtime.images.system;

import org.jspecify.annotations.NullMarked;
