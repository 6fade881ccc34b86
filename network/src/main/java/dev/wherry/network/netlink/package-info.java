/**
 * Netlink in Java: messages and attributes as bytes, sockets through the foreign function API, and
 * the one platform thread per network namespace that makes all calls on them. Nothing here knows
 * nftables or Services. Imported by the other rooms of this module only.
 */
@NullMarked
package dev.wherry.network.netlink;

import org.jspecify.annotations.NullMarked;
