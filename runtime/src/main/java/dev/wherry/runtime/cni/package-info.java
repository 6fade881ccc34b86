/**
 * Calls CNI plugins for sandboxes of the Docker shim, as containerd does for its own: the same
 * configuration list, the same protocol (CNI specification 1.0.0, older results accepted). Every
 * call is a blocking method on the caller's virtual thread; the only state is one file per
 * attachment. For {@code dev.wherry.runtime} only.
 */
@NullMarked
package dev.wherry.runtime.cni;

import org.jspecify.annotations.NullMarked;
