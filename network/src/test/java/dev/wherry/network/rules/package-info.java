/** Tests of ranges and rules. */
@NullMarked
package dev.wherry.network.rules;

import org.jspecify.annotations.NullMarked;
