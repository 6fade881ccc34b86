/**
 * A container's environment: sources, order and <code>$(VAR)</code> expansion. Pure functions and
 * blocking reads on the pod's worker thread. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.env;

import org.jspecify.annotations.NullMarked;
