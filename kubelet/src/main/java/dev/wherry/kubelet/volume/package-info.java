/**
 * What is mounted into containers: files written atomically, tmpfs, host paths. Owner: the pod's
 * worker thread. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.volume;

import org.jspecify.annotations.NullMarked;
