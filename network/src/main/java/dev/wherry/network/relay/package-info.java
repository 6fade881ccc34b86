/**
 * Pods' packets through the agents' tunnels, for nodes between which UDP does not arrive: {@code
 * PodRelay} is an agent's end, a device (TUN) to which routes lead, {@code RelayHub} the server's,
 * which hands packets from one node's stream to another's. A packet on a stream is two bytes of
 * length and the IP packet. Streams come from outside (the composition roots know the tunnel);
 * their state belongs to their event loops.
 */
@NullMarked
package dev.wherry.network.relay;

import org.jspecify.annotations.NullMarked;
