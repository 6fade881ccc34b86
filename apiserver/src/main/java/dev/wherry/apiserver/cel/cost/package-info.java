/**
 * What an expression may cost at most, known before it runs: upstream's estimate (cel-go
 * checker/cost.go; apiserver cel/library/cost.go), whose numbers decide which rules a definition
 * may have. Pure; any thread. Imported by {@code cel}.
 */
@NullMarked
package dev.wherry.apiserver.cel.cost;

import org.jspecify.annotations.NullMarked;
