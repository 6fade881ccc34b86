/**
 * What the owners of nftables tables put their rules together from: ranges of addresses, what
 * differs between IPv4 and IPv6, and the usual matches. Pure. Imported by the rooms of this module
 * that own a table or plan routes.
 */
@NullMarked
package dev.wherry.network.rules;

import org.jspecify.annotations.NullMarked;
