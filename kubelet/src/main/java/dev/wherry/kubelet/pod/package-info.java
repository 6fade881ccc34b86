/**
 * One state machine per pod: observe, decide (pure), carry out. Each pod's state belongs to its
 * worker, one virtual thread. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.pod;

import org.jspecify.annotations.NullMarked;
