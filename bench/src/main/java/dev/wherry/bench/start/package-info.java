/** The packaged program as its user has it: how it starts, what it costs at rest. */
@NullMarked
package dev.wherry.bench.start;

import org.jspecify.annotations.NullMarked;
