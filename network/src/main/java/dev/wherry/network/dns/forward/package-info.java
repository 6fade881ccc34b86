/**
 * Names that are not the cluster's: other servers are asked, and what they say is kept as long as
 * they allow. Everything of one {@code Forwarder} belongs to its event loop, and nothing in it
 * blocks. Imported by {@code dns} and {@code dns.server}.
 */
@NullMarked
package dev.wherry.network.dns.forward;

import org.jspecify.annotations.NullMarked;
