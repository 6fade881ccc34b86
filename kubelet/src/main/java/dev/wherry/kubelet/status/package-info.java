/**
 * From observations to the pod's status as the API shows it, and its way there. For the kubelet
 * only.
 */
@NullMarked
package dev.wherry.kubelet.status;

import org.jspecify.annotations.NullMarked;
