/**
 * The image half of CRI for the built-in runtime, and how its parts are put together. Calls run on
 * the virtual threads of the CRI server; two pulls of one name may run beside each other and share
 * every blob and layer. Imported by the composition root and {@code dev.wherry.runtime.builtin}.
 */
@NullMarked
package dev.wherry.runtime.images.service;

import org.jspecify.annotations.NullMarked;
