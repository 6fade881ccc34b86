/** Tests of {@code dns.message}. */
@NullMarked
package dev.wherry.network.dns.message;

import org.jspecify.annotations.NullMarked;
