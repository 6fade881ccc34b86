/**
 * Containers of the built-in runtime: records on disk, lives under supervisors. An entry changes
 * under its own lock, one call at a time; what reads sees its last state. For {@code
 * dev.wherry.runtime.builtin} only.
 */
@NullMarked
package dev.wherry.runtime.builtin.container;

import org.jspecify.annotations.NullMarked;
