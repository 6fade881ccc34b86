/**
 * Tracked connections of the kernel: reading and ending those whose translation is no longer wanted
 * (linux/netfilter/nfnetlink_conntrack.h). On the netlink thread. Imported by the Service proxy.
 */
@NullMarked
package dev.wherry.network.conntrack;

import org.jspecify.annotations.NullMarked;
