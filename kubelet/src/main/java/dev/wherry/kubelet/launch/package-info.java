/**
 * How pods and containers are described to the runtime: names, networks, mounts, rights. Called on
 * the pod's worker thread. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.launch;

import org.jspecify.annotations.NullMarked;
