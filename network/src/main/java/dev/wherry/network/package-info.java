/** Pod network, service proxy. */
@NullMarked
package dev.wherry.network;

import org.jspecify.annotations.NullMarked;
