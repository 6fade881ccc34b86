/** Tests of the edge as a whole, over an API server in memory. */
@NullMarked
package dev.wherry.network.ingress;

import org.jspecify.annotations.NullMarked;
