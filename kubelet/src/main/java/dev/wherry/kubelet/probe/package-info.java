/**
 * Startup, readiness and liveness probes: one virtual thread per probe, results sent to the pod's
 * worker. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.probe;

import org.jspecify.annotations.NullMarked;
