/** Tests of network policies. */
@NullMarked
package dev.wherry.network.policy;

import org.jspecify.annotations.NullMarked;
