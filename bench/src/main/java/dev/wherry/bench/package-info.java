/** Measurements; never shipped. */
@NullMarked
package dev.wherry.bench;

import org.jspecify.annotations.NullMarked;
