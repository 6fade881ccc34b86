/** Tests of addresses that nodes answer for. */
@NullMarked
package dev.wherry.network.addresses;

import org.jspecify.annotations.NullMarked;
