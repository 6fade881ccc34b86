/**
 * The node object: registration, capacity, conditions, lease. Owner: one virtual thread. For the
 * kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.node;

import org.jspecify.annotations.NullMarked;
