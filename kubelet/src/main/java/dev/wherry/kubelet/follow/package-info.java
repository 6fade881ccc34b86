/**
 * Watches on single ConfigMaps and Secrets, shared by the pods that mount them, so that volumes are
 * written again when something changed and not by the clock. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.follow;

import org.jspecify.annotations.NullMarked;
