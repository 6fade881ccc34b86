/**
 * What this node's parts say of themselves on its Node, for controllers and the other nodes. Each
 * annotation has one virtual thread. Imported by {@code dns} and {@code ingress}.
 */
@NullMarked
package dev.wherry.network.announce;

import org.jspecify.annotations.NullMarked;
