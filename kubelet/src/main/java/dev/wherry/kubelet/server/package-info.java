/**
 * The kubelet's HTTPS server: logs, exec, attach, port-forward, stats. Netty event loops at the
 * edge, requests on virtual threads. For the kubelet only.
 */
@NullMarked
package dev.wherry.kubelet.server;

import org.jspecify.annotations.NullMarked;
