/**
 * The agent's one outgoing connection, over which the API server reaches a node: TLS, an HTTP/1.1
 * upgrade, then HTTP/2 with the roles reversed (the API server is the client, the agent the
 * server). Every stream is one {@code CONNECT host:port}; HTTP/2 windows are its flow control.
 *
 * <p>State belongs to the event loop of the tunnel's channel. The API server imports {@link
 * dev.wherry.streaming.tunnel.TunnelRegistry}, the kubelet {@link
 * dev.wherry.streaming.tunnel.AgentTunnel}.
 */
@NullMarked
package dev.wherry.streaming.tunnel;

import org.jspecify.annotations.NullMarked;
