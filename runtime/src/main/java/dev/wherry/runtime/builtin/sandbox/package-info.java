/**
 * Pod sandboxes of the built-in runtime: a pause process in namespaces of its own, attached to the
 * pod network by CNI. An entry changes under its own lock, one call at a time. For {@code
 * dev.wherry.runtime.builtin} only.
 */
@NullMarked
package dev.wherry.runtime.builtin.sandbox;

import org.jspecify.annotations.NullMarked;
