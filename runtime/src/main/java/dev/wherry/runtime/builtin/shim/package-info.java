/**
 * The way to {@code wherry-shim supervise} and {@code exec} (native/supervise.c): starting, finding
 * again, frames, ends. A supervised process is watched by a virtual thread of its own, which alone
 * tells of its end. For {@code dev.wherry.runtime.builtin} only.
 */
@NullMarked
package dev.wherry.runtime.builtin.shim;

import org.jspecify.annotations.NullMarked;
