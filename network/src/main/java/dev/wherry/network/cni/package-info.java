/**
 * The pod network's CNI configuration: one file, written when the node's podCIDR is known, read by
 * whichever runtime runs the pods. Nothing here runs a plugin. Called by the agent's composition
 * root on any thread; the file is replaced atomically.
 */
@NullMarked
package dev.wherry.network.cni;

import org.jspecify.annotations.NullMarked;
