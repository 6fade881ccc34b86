/**
 * Which pods have to go so that a more important one fits (upstream's DefaultPreemption; KEP-268).
 * Pure. No owner; imported by config.
 */
@NullMarked
package dev.wherry.scheduler.preemption;

import org.jspecify.annotations.NullMarked;
