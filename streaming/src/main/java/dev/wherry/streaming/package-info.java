/**
 * Byte streams between client, API server, agent and runtime: WebSocket and SPDY remote command,
 * port forwarding, the agent tunnel.
 */
@NullMarked
package dev.wherry.streaming;

import org.jspecify.annotations.NullMarked;
