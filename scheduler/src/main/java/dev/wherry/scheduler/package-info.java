/**
 * Where pods go. {@link dev.wherry.scheduler.Scheduler} runs one loop that owns queue and snapshot;
 * informers feed its bounded inbox, bindings run beside it on virtual threads. Imported by cli,
 * testkit and bench only.
 */
@NullMarked
package dev.wherry.scheduler;

import org.jspecify.annotations.NullMarked;
