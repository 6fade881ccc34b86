package dev.wherry.apiserver.proxy;

import dev.wherry.streaming.tunnel.DialTarget;

/**
 * A server that a node can reach.
 *
 * @param nodeName whose tunnel leads to it
 * @param https whether it speaks TLS
 */
record Backend(String nodeName, DialTarget.Tcp target, boolean https) {}
