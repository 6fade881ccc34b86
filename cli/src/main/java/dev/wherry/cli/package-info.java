/** The wherry program: commands, composition roots, packaging. */
@NullMarked
package dev.wherry.cli;

import org.jspecify.annotations.NullMarked;
