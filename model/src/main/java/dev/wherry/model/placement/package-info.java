/** What pods ask of nodes and put up with, as every judge of it reads it. Pure; imported by all. */
@NullMarked
package dev.wherry.model.placement;

import org.jspecify.annotations.NullMarked;
