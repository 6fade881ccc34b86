/** Tests of {@code dns.forward}. */
@NullMarked
package dev.wherry.network.dns.forward;

import org.jspecify.annotations.NullMarked;
