/** Tests of {@code dns.zone}. */
@NullMarked
package dev.wherry.network.dns.zone;

import org.jspecify.annotations.NullMarked;
