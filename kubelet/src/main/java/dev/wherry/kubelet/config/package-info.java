/**
 * What can be set of a node agent, and the file it is set in (rule: upstream's
 * KubeletConfiguration, kubelet.config.k8s.io/v1beta1). Pure but for the reading of the file. For
 * the kubelet and the composition root.
 */
@NullMarked
package dev.wherry.kubelet.config;

import org.jspecify.annotations.NullMarked;
