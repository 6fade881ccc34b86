/**
 * Devices that pods have through resource claims: their drivers on this node are told to prepare a
 * claim before its pods' containers start, and to take it back when the last of them is over (rule:
 * KEP-4381 and upstream's kubelet/cm/dra). Called by pods' workers. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.dynamic;

import org.jspecify.annotations.NullMarked;
