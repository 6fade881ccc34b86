/**
 * The pod network between nodes: a route to each other node's pods, on the link where the node is a
 * neighbour, else through a VXLAN. Planning is pure; {@code PodNetwork} owns the state on one
 * virtual thread and writes through a netlink thread. Imported by the composition roots.
 */
@NullMarked
package dev.wherry.network.nodes;

import org.jspecify.annotations.NullMarked;
