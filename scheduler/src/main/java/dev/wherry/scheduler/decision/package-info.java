/** One pod, one snapshot, one verdict: pure functions, run by the scheduler's loop. */
@NullMarked
package dev.wherry.scheduler.decision;

import org.jspecify.annotations.NullMarked;
