/**
 * The workloads of upstream's scheduler_perf, decided in memory and run through an API server.
 * Imported by nobody.
 */
@NullMarked
package dev.wherry.bench.scheduling;

import org.jspecify.annotations.NullMarked;
