/**
 * WireGuard without its tools: an interface's key, port and peers as records, written and read as
 * the kernel's own messages over generic netlink (linux/wireguard.h). Calls block and belong on a
 * netlink thread. Imported by the room that owns routes between nodes, and by composition roots for
 * the key.
 */
@NullMarked
package dev.wherry.network.wireguard;

import org.jspecify.annotations.NullMarked;
