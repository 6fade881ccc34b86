/** Tests of {@code dns.server}. */
@NullMarked
package dev.wherry.network.dns.server;

import org.jspecify.annotations.NullMarked;
