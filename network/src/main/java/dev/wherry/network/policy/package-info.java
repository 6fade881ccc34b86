/**
 * NetworkPolicy (networking.k8s.io/v1) and ClusterNetworkPolicy on this node's pods: policies, pods
 * and namespaces become chains and sets of the table {@code inet wherry-policy}. Planning is pure;
 * {@code NetworkPolicies} owns the state on one virtual thread and writes through a netlink thread.
 * Imported by the composition roots.
 */
@NullMarked
package dev.wherry.network.policy;

import org.jspecify.annotations.NullMarked;
