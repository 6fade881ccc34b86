/**
 * Nodes that run nothing: many in one process, alive by their leases, with pods that pass through
 * the stages of their lives at once (after kwok's fast stages). What a pod needs next is a pure
 * function of it; workers on virtual threads write it. No pod is kept: memory goes with the nodes
 * and with what is not written yet. For composition roots and measurements.
 */
@NullMarked
package dev.wherry.kubelet.hollow;

import org.jspecify.annotations.NullMarked;
