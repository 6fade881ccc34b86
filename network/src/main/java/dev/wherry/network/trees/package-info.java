/**
 * Objects of kinds that users define in the cluster (CustomResourceDefinitions), as trees, and
 * informers that begin once there is such a kind. Imported by {@code ingress} and {@code policy}.
 */
@NullMarked
package dev.wherry.network.trees;

import org.jspecify.annotations.NullMarked;
