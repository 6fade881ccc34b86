/**
 * The container runtime seen through CRI: calls with deadlines, and snapshots in the kubelet's own
 * terms. Blocking, for virtual threads. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.cri;

import org.jspecify.annotations.NullMarked;
