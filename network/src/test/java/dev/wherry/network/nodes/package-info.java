/** Tests of routes between nodes. */
@NullMarked
package dev.wherry.network.nodes;

import org.jspecify.annotations.NullMarked;
