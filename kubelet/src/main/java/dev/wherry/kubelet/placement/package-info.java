/**
 * Which of the machine's CPUs, memory nodes and devices a container gets to itself, and whether
 * they can lie together: choices are pure functions over a topology, books of what is given live
 * behind one lock, and one admission is decided at a time. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.placement;

import org.jspecify.annotations.NullMarked;
