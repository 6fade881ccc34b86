/**
 * Image names and pulls with their policies and back-off. Owner: the pod's worker thread; pulls run
 * on their own virtual threads. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.image;

import org.jspecify.annotations.NullMarked;
