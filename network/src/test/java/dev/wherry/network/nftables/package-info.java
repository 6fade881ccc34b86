/** Transactions as bytes and against the kernel. */
@NullMarked
package dev.wherry.network.nftables;

import org.jspecify.annotations.NullMarked;
