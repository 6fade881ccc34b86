/**
 * How a server of ours begins to listen. For the API server and the kubelet; the node's DNS and
 * proxies have sockets that outlive them, in {@code dev.wherry.network.sockets}.
 */
@NullMarked
package dev.wherry.streaming.listen;

import org.jspecify.annotations.NullMarked;
