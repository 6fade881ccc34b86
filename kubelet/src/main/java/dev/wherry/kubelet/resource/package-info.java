/**
 * Figures for cgroups, quality of service and scores, and the pod cgroups themselves. Pure, but for
 * {@link dev.wherry.kubelet.resource.PodCgroups}. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.resource;

import org.jspecify.annotations.NullMarked;
