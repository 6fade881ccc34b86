/**
 * Volumes of CSI drivers on this node: which drivers are here, what the API says of them, and how
 * their volumes are staged, published and taken back. Drivers come through the folder of plugins;
 * what a pod has of them is noted on disk before the driver is asked. Called by pods' workers; one
 * lock for each volume. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.csi;

import org.jspecify.annotations.NullMarked;
