/** Tests of WireGuard's messages, keys and differences. */
@NullMarked
package dev.wherry.network.wireguard;

import org.jspecify.annotations.NullMarked;
