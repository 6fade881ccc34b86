/**
 * nftables without its tools: tables, chains, sets and expressions as records, written as the
 * kernel's own messages (linux/netfilter/nf_tables.h) and committed in one transaction under a
 * generation check. Pure but for {@code commit} and the queries, which run on the netlink thread.
 * Imported by the rooms of this module that own a table.
 */
@NullMarked
package dev.wherry.network.nftables;

import org.jspecify.annotations.NullMarked;
