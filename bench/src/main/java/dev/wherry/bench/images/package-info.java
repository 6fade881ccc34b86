/** A registry on loopback, images made for it, and the process that pulls them. */
@NullMarked
package dev.wherry.bench.images;

import org.jspecify.annotations.NullMarked;
