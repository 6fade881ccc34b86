/**
 * From clients to nodes: logs, exec, attach, port-forward and the node proxy, over the tunnels that
 * the agents opened. Bytes move on event loops; the request's virtual thread only waits. Imported
 * by rest and the composition.
 */
@NullMarked
package dev.wherry.apiserver.proxy;

import org.jspecify.annotations.NullMarked;
