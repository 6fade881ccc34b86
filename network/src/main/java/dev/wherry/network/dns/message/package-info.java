/**
 * DNS messages (RFC 1035, RFC 6891): names, queries in, responses out. Pure: no sockets, no state.
 * Imported by the other rooms of {@code dns}.
 */
@NullMarked
package dev.wherry.network.dns.message;

import org.jspecify.annotations.NullMarked;
