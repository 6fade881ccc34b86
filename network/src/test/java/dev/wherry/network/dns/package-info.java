/** Tests of a node's DNS as a whole. */
@NullMarked
package dev.wherry.network.dns;

import org.jspecify.annotations.NullMarked;
